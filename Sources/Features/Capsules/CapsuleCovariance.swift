internal import CRealtime
import Signal
internal import Tensor

/// Levels and coherences of three to eight capsules in mel bands: whole feature frames, in the order of `CapsulePairs`.
///
/// The same quantities as `LogMel` and `SpatialCovariance` compute of four. Products of a capsule and the one r places further,
/// modulo 8, are computed for all capsules at once: a lane each.
struct CapsuleCovariance: ~Copyable {
    private static let lanes = 8
    /// Products r = 1...3 have a pair in every lane, r = 4 in the lower half.
    private static let rotations = 4
    /// Far below the power of any sound: turns 0 / 0 into 0.
    private static let smallestPower: Float = 1e-20
    /// Whole numbers of a pair in `places`.
    private static let placeSize = 2

    private let pairs: CapsulePairs
    /// Largest r with a pair of these capsules.
    private let rotations: Int
    /// [9, 513], and [9, 64] in mel bands: powers, then real and imaginary parts of the products r = 1...4.
    private let bins, bands: MutableTensorRef<SIMD8<Float>>
    /// [8] of one band: the products over the square root of both powers.
    private let coherences: MutableTensorRef<SIMD8<Float>>
    /// [pairs, 2]: the place of the real part among the numbers of `coherences`; -1 if the product is that of the second capsule
    /// and the first, else 1.
    private let places: MutableTensorRef<Int>
    private let arena: Arena<SIMD8<Float>>
    private let indexArena: Arena<Int>

    init(capsules: Int) {
        pairs = CapsulePairs(capsules)
        rotations = min(capsules - 1, Self.rotations)
        let arrays = 1 + 2 * Self.rotations
        var layout = ArenaLayout<SIMD8<Float>>()
        let (ofBins, ofBands) = (layout.add(Shape(arrays, FrameTiming.bins)), layout.add(Shape(arrays, FrameTiming.melBands)))
        let ofBand = layout.add(Shape(2 * Self.rotations))
        let arena = Arena(layout)
        (bins, bands, coherences) = (arena[ofBins], arena[ofBands], arena[ofBand])
        self.arena = arena
        let shape = Shape(pairs.count, Self.placeSize)
        var indexArena = Arena<Int>(holding: shape)
        places = indexArena.take(shape)
        self.indexArena = indexArena
        var pair = 0
        for m in 0..<capsules {
            for n in m + 1..<capsules {
                let isDirect = n - m <= Self.rotations
                let (lane, rotation) = isDirect ? (m, n - m) : (n, Self.lanes - n + m)
                places[pair * Self.placeSize] = 2 * (rotation - 1) * Self.lanes + lane
                places[pair * Self.placeSize + 1] = isDirect ? 1 : -1
                pair += 1
            }
        }
    }

    /// - Parameters:
    ///   - low, high: spectra of capsules 0...3 and 4...7, [513]; high real and imaginary parts are not read for less than 5 capsules.
    ///   - frame: [64, C^2].
    @_noLocks
    func apply(
        low: (real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>),
        high: (real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>), bank: borrowing MelFilterBank,
        into frame: MutableTensorRef<Float>
    ) {
        multiply(low, high)
        for array in 0...2 * rotations {
            bank.project(bins.readOnly, from: array * FrameTiming.bins, into: bands, at: array * FrameTiming.melBands)
        }
        for band in 0..<FrameTiming.melBands { write(band, into: frame) }
    }

    /// Fills the products of the bins.
    @_noLocks
    private func multiply(
        _ low: (real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>),
        _ high: (real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>)
    ) {
        let hasHigh = pairs.capsules > 4
        for bin in 0..<FrameTiming.bins {
            let x = SIMD8<Float>(lowHalf: low.real[bin], highHalf: hasHigh ? high.real[bin] : .zero)
            let y = SIMD8<Float>(lowHalf: low.imaginary[bin], highHalf: hasHigh ? high.imaginary[bin] : .zero)
            bins[bin] = x * x + y * y
            var (p, q) = (x, y)
            var at = FrameTiming.bins + bin
            for _ in 0..<rotations {
                (p, q) = (Self.rotated(p), Self.rotated(q))
                // conj(m) n
                bins[at] = x * p + y * q
                bins[at + FrameTiming.bins] = x * q - y * p
                at += 2 * FrameTiming.bins
            }
        }
    }

    /// Every lane's right neighbour; the last lane's is the first.
    @_noLocks
    private static func rotated(_ x: SIMD8<Float>) -> SIMD8<Float> { SIMD8(x[1], x[2], x[3], x[4], x[5], x[6], x[7], x[0]) }

    @_noLocks
    private func write(_ band: Int, into frame: MutableTensorRef<Float>) {
        let row = band * pairs.channels
        // Lanes without a capsule stay 0.
        let power = bands[band]
        var inverse = SIMD8<Float>.zero
        for capsule in 0..<pairs.capsules {
            frame[row + capsule] = bearing_decibels(max(power[capsule], 1e-10))
            inverse[capsule] = 1 / bearing_square_root(power[capsule] + Self.smallestPower)
        }
        var other = inverse
        for rotation in 0..<rotations {
            other = Self.rotated(other)
            let scale: SIMD8<Float> = inverse * other
            let at = (1 + 2 * rotation) * FrameTiming.melBands + band
            coherences[2 * rotation] = scale * bands[at]
            coherences[2 * rotation + 1] = scale * bands[at + FrameTiming.melBands]
        }
        let values = coherences.lanes
        let (real, imaginary) = (row + pairs.capsules, row + pairs.capsules + pairs.count)
        for pair in 0..<pairs.count {
            let place = places[pair * Self.placeSize]
            frame[real + pair] = values[place]
            frame[imaginary + pair] = Float(places[pair * Self.placeSize + 1]) * values[place + Self.lanes]
        }
    }
}
