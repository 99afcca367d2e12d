public import Signal
internal import Tensor

/// Phases of the capsules of an array, three to eight, for plane waves from directions over the whole sphere, in every mel band. Levels are
/// omitted, since the coherence of capsules does not contain them.
public final class SteeringVectors: @unchecked Sendable {  // never written after init
    /// Directions compared at once.
    private static let lanes = 8

    /// Capsules of the array.
    public var capsules: Int { table.capsules }
    /// Valid while this object exists.
    let table: Table
    private let directionArena: Arena<SIMD4<Float>>
    /// Of all directions, and of one of each chunk.
    private let vectorArena, chunkArena: Arena<SIMD8<Float>>

    /// - Parameters:
    ///   - capsules: of the array, three to eight.
    ///   - directions: unit vectors, a multiple of 8 of them.
    ///   - response: of the capsules at a frequency in Hz, for each direction, a lane each; a capsule without a response is ignored.
    public init(
        capsules: Int = FrameLayout.channels, directions: [SIMD3<Float>],
        response: (Double) -> [(real: SIMD8<Double>, imaginary: SIMD8<Double>)]
    ) {
        precondition(FrameLayout.capsules.contains(capsules), "an array has 3 to 8 capsules")
        precondition(!directions.isEmpty && directions.count.isMultiple(of: Self.lanes), "whole chunks of directions")
        let patches = DirectionPatches(directions, size: Self.lanes)
        let chunks = directions.count / Self.lanes
        let shape = Shape(FrameTiming.melBands, chunks, 2 * capsules)
        var directionArena = Arena<SIMD4<Float>>(holding: Shape(directions.count))
        var vectorArena = Arena<SIMD8<Float>>(holding: shape)
        let places = directionArena.take(Shape(directions.count))
        for (index, direction) in patches.order.enumerated() { places[index] = SIMD4(directions[direction], 0) }
        let vectors = vectorArena.take(shape)
        let groups = (chunks + Self.lanes - 1) / Self.lanes
        let chunkShape = Shape(FrameTiming.melBands, groups, 2 * capsules)
        var chunkArena = Arena<SIMD8<Float>>(holding: chunkShape)
        let centres = chunkArena.take(chunkShape)
        let bank = MelFilterBank()
        for band in 0..<FrameTiming.melBands {
            let responses = response(Double(bank.centres[band]))
            for (index, direction) in patches.order.enumerated() {
                let value = responses[direction]
                let at = (band * chunks + index / Self.lanes) * 2 * capsules
                for channel in 0..<capsules {
                    let (real, imaginary) = (value.real[channel], value.imaginary[channel])
                    let length = (Double(capsules) * (real * real + imaginary * imaginary)).squareRoot()
                    guard length > 0 else { continue }
                    vectors[at + channel][index % Self.lanes] = Float(real / length)
                    vectors[at + capsules + channel][index % Self.lanes] = Float(imaginary / length)
                }
            }
            for (chunk, centre) in patches.centres.enumerated() {
                let from = (band * chunks + chunk) * 2 * capsules
                let to = (band * groups + chunk / Self.lanes) * 2 * capsules
                for part in 0..<2 * capsules { centres[to + part][chunk % Self.lanes] = vectors[from + part][centre] }
            }
        }
        table = Table(
            directions: places.readOnly, vectors: vectors.readOnly, chunks: chunks, centres: centres.readOnly, groups: groups,
            capsules: capsules)
        self.directionArena = directionArena
        self.vectorArena = vectorArena
        self.chunkArena = chunkArena
    }

    /// A view for searching without reference counting.
    struct Table {
        /// [chunks * 8]: x, y, z; a chunk is a patch of the sphere.
        let directions: TensorRef<SIMD4<Float>>
        /// [64, chunks, 2 C]: real parts of the capsules, then imaginary ones, a lane for each direction; vectors of length 1.
        let vectors: TensorRef<SIMD8<Float>>
        let chunks: Int
        /// [64, groups, 2 C]: as `vectors`, of the middle direction of each chunk; chunk c is lane c mod 8 of group c / 8.
        let centres: TensorRef<SIMD8<Float>>
        let groups: Int
        /// C
        let capsules: Int

        /// The direction whose wave is most similar to a vector up to a phase, x, y, z and 0, and the similarity: 1 for equal.
        /// - Parameters: `real` and `imaginary` parts of a vector of unit length, a lane for each capsule.
        @_noLocks
        func nearest(to real: SIMD8<Float>, _ imaginary: SIMD8<Float>, band: Int) -> (direction: SIMD4<Float>, likeness: Float) {
            // A constant number of capsules: its loops are unrolled.
            switch capsules {
            case 3: search(real, imaginary, band, capsules: 3)
            case 4: search(real, imaginary, band, capsules: 4)
            case 5: search(real, imaginary, band, capsules: 5)
            case 6: search(real, imaginary, band, capsules: 6)
            case 7: search(real, imaginary, band, capsules: 7)
            default: search(real, imaginary, band, capsules: 8)
            }
        }

        /// In each half of the groups, the middles of all chunks are compared first, then the chunks of the best middle in each lane:
        /// 16 chunks of 125, since neighbours are in different lanes. Inlined, so that the loop over a constant number of capsules
        /// is unrolled.
        @_noLocks
        @inline(__always)
        private func search(
            _ real: SIMD8<Float>, _ imaginary: SIMD8<Float>, _ band: Int, capsules: Int
        ) -> (direction: SIMD4<Float>, likeness: Float) {
            var best = Best()
            for half in 0..<2 {
                var middle = Best()
                for group in half * groups / 2..<(half + 1) * groups / 2 {
                    middle.take(likeness(real, imaginary, centres, at: (band * groups + group) * 2 * capsules, capsules), group)
                }
                for lane in 0..<8 {
                    // Lanes of the last chunks may be empty.
                    let chunk = min(8 * Int(middle.chosen[lane]) + lane, chunks - 1)
                    best.take(likeness(real, imaginary, vectors, at: (band * chunks + chunk) * 2 * capsules, capsules), chunk)
                }
            }
            var lane = 0
            for other in 1..<8 where best.likeness[other] > best.likeness[lane] { lane = other }
            return (directions[Int(best.chosen[lane]) * 8 + lane], best.likeness[lane])
        }

        /// The squared magnitudes of inner products with eight steering vectors.
        @_noLocks
        @inline(__always)
        private func likeness(
            _ real: SIMD8<Float>, _ imaginary: SIMD8<Float>, _ steering: TensorRef<SIMD8<Float>>, at: Int, _ capsules: Int
        ) -> SIMD8<Float> {
            // With the vector's conjugate.
            var along: SIMD8<Float> = real[0] * steering[at] + imaginary[0] * steering[at + capsules]
            var across: SIMD8<Float> = imaginary[0] * steering[at] - real[0] * steering[at + capsules]
            for channel in 1..<capsules {
                let (re, im) = (steering[at + channel], steering[at + capsules + channel])
                along += real[channel] * re + imaginary[channel] * im
                across += imaginary[channel] * re - real[channel] * im
            }
            return along * along + across * across
        }

        /// The largest likeness so far in each lane, and where it was.
        private struct Best {
            var likeness = SIMD8<Float>(repeating: -1)
            var chosen = SIMD8<Float>.zero

            @_noLocks
            @inline(__always)
            mutating func take(_ new: SIMD8<Float>, _ place: Int) {
                let isBetter = new .> likeness
                likeness.replace(with: new, where: isBetter)
                chosen.replace(with: SIMD8<Float>(repeating: Float(place)), where: isBetter)
            }
        }

        /// The nearest of the directions: its index.
        /// - Parameter direction: x, y, z of unit length, and 0.
        @_noLocks
        func index(of direction: SIMD4<Float>) -> Int {
            var (best, chosen): (Float, Int) = (-2, 0)
            for index in 0..<directions.count {
                let cosine: Float = (directions[index] * direction).sum()
                if cosine > best { (best, chosen) = (cosine, index) }
            }
            return chosen
        }

        /// What a wave leaves in four capsules, of length 1.
        /// - Parameter index: of its direction.
        @_noLocks
        func vector(_ index: Int, band: Int) -> ChannelVector {
            let at = (band * chunks + index / 8) * 8
            let lane = index % 8
            return ChannelVector(
                real: SIMD4(vectors[at][lane], vectors[at + 1][lane], vectors[at + 2][lane], vectors[at + 3][lane]),
                imaginary: SIMD4(vectors[at + 4][lane], vectors[at + 5][lane], vectors[at + 6][lane], vectors[at + 7][lane]))
        }

        /// The same for any number of capsules, a lane each, 0 beyond the last.
        @_noLocks
        func lanes(_ index: Int, band: Int) -> (real: SIMD8<Float>, imaginary: SIMD8<Float>) {
            let at = (band * chunks + index / 8) * 2 * capsules
            let lane = index % 8
            var (real, imaginary) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
            for capsule in 0..<capsules {
                real[capsule] = vectors[at + capsule][lane]
                imaginary[capsule] = vectors[at + capsules + capsule][lane]
            }
            return (real, imaginary)
        }
    }
}
