internal import CRealtime

/// Refines the directions of a network's outputs with those of frequency bands from the same source.
///
/// Around block k the bands of `window` blocks are a mixture of von Mises-Fisher distributions: one about each output, weighted
/// by its activity, and a uniform one for other sources. A few steps of expectation and maximisation (Banerjee et al., JMLR
/// 2005) start from the network's directions, which remain in the sum as a prior. The network determines the number of sources,
/// while bands give more accurate directions, above all for two simultaneous sources. A step allocates nothing.
public struct DirectionRefiner: ~Copyable {
    /// Blocks whose bands are used for one; as many of them after it as the network's look-ahead, up to half.
    public static let window = 5
    /// Concentration of the distribution about an output: a standard deviation of 11.5 degrees to each side.
    private static let concentration: Float = 25
    /// Weight of the uniform distribution, relative to 1 for a certain output in the direction of the band.
    private static let elsewhere: Float = 0.3
    private static let iterations = 3
    /// Cosine below which a band belongs to no output: its likelihood would be below a thousandth.
    private static let farthest: Float = 0.7

    /// Blocks that may be pushed after a block before it is refined.
    public let lookAhead: Int
    /// Weight of a band's direction relative to the network's; 0: no refinement.
    public var weight: Float
    /// Whether only azimuths are refined: bands of capsules in a horizontal plane hardly determine elevations.
    private let keepsElevation: Bool
    private let slots: Int
    private let bands: Int
    private let before: Int
    private let after: Int
    private let kept: Int
    /// Bands, rounded up to a multiple of 16.
    private let columns: Int
    /// [kept, 4, columns]: x, y, z, weight; block k in row k mod `kept`.
    private var directions: [Float]
    /// Blocks pushed since the start or the latest `reset`.
    public private(set) var blocks = 0
    /// [slots]: the network's directions, and the refined ones.
    private var priors, means, sums: [SIMD4<Float>]
    /// [slots * 3]: the results of the latest `refine`.
    public private(set) var refined: [Float]

    /// - Parameters:
    ///   - weight: of a band's direction relative to the network's; 0 keeps the network's.
    ///   - bands: number of bands per block.
    ///   - lookAhead: blocks that may be pushed after a block before it is refined.
    ///   - keepsElevation: whether elevations remain the network's.
    public init(weight: Float, slots: Int, bands: Int, lookAhead: Int, keepsElevation: Bool = false) {
        precondition((1...TrackGate.capacity).contains(slots), "1 to \(TrackGate.capacity) slots")
        self.keepsElevation = keepsElevation
        (self.weight, self.slots, self.bands, self.lookAhead) = (weight, slots, bands, lookAhead)
        after = min(lookAhead, Self.window / 2)
        before = Self.window - 1 - after
        kept = before + 1 + lookAhead
        columns = (bands + 15) / 16 * 16
        directions = Array(repeating: 0, count: kept * 4 * columns)
        priors = Array(repeating: .zero, count: slots)
        // Separate arrays from the start, since a shared one would be copied when written.
        means = Array(repeating: .zero, count: slots)
        sums = Array(repeating: .zero, count: slots)
        refined = Array(repeating: 0, count: 3 * slots)
    }

    public mutating func reset() { blocks = 0 }

    /// Clears the directions of bands so far; the block count continues.
    public mutating func forget() {
        for index in directions.indices { directions[index] = 0 }
    }

    /// - Parameter bands: [bands] of the next block; x, y, z of unit length, and the weight.
    public mutating func push(_ bands: Span<SIMD4<Float>>) {
        precondition(bands.count == self.bands, "the number of bands given at the start")
        let row = blocks % kept * 4 * columns
        for axis in 0..<4 {
            for band in 0..<self.bands { directions[row + axis * columns + band] = bands[band][axis] }
        }
        blocks += 1
    }

    /// Fills `refined` for a block that is at most `lookAhead` blocks back.
    /// - Parameters:
    ///   - directions: [slots * 3], of any length.
    ///   - probabilities: [slots], 0...1.
    public mutating func refine(block: Int, directions: Span<Float>, probabilities: Span<Float>) {
        precondition(block < blocks && block + kept - before >= blocks, "a block whose bands are still stored")
        var active = SIMD4<Float>.zero
        for slot in 0..<slots {
            let direction = Self.unit(SIMD4(directions[3 * slot], directions[3 * slot + 1], directions[3 * slot + 2], 0))
            (priors[slot], means[slot]) = (direction, direction)
            active[slot] = probabilities[slot].isFinite ? probabilities[slot] : 0
        }
        for _ in 0..<Self.iterations {
            for slot in 0..<slots { sums[slot] = .zero }
            for near in max(0, block - before)...min(blocks - 1, block + after) { gather(near, active) }
            for slot in 0..<slots { means[slot] = Self.unit(priors[slot] + weight * sums[slot]) }
        }
        for slot in 0..<slots {
            let mean = keepsElevation ? Self.rotated(priors[slot], toAzimuthOf: means[slot]) : means[slot]
            for axis in 0..<3 { refined[3 * slot + axis] = mean[axis] }
        }
    }

    /// A unit vector about the vertical axis, as far as the other's azimuth; as it is if the other has none.
    private static func rotated(_ vector: SIMD4<Float>, toAzimuthOf other: SIMD4<Float>) -> SIMD4<Float> {
        let reach = (other[0] * other[0] + other[1] * other[1]).squareRoot()
        guard reach > 1e-6 else { return vector }
        let scale = (vector[0] * vector[0] + vector[1] * vector[1]).squareRoot() / reach
        return SIMD4(scale * other[0], scale * other[1], vector[2], 0)
    }

    /// Adds the bands of a block to the outputs, in shares by likelihood.
    private mutating func gather(_ block: Int, _ active: SIMD4<Float>) {
        let (row, columns, slots) = (block % kept * 4 * columns, columns, slots)
        unsafe directions.withUnsafeBufferPointer { directions in
            unsafe means.withUnsafeBytes { means in
                unsafe sums.withUnsafeMutableBytes { sums in
                    unsafe withUnsafeBytes(of: active) { active in
                        unsafe bearing_share_bands(
                            sums.baseAddress!.assumingMemoryBound(to: Float.self), directions.baseAddress! + row, columns,
                            means.baseAddress!.assumingMemoryBound(to: Float.self),
                            active.baseAddress!.assumingMemoryBound(to: Float.self), Int32(slots), Self.concentration, Self.farthest,
                            Self.elsewhere)
                    }
                }
            }
        }
    }

    /// A vector of (nearly) zero length, or not finite, gives the front, as in `Direction`.
    private static func unit(_ vector: SIMD4<Float>) -> SIMD4<Float> {
        let length = (vector * vector).sum().squareRoot()
        return length.isFinite && length > 1e-12 ? vector / length : SIMD4(1, 0, 0, 0)
    }
}
