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

    private static let arrays = 16
    /// Whole numbers of a pair in `places`.
    private static let placeSize = 5

    private let pairs: CapsulePairs
    /// [arrays, 513], and [arrays, 64] in mel bands: powers of lanes 0...3 and 4...7; then for r = 1...4 real and imaginary parts of lanes
    /// 0...3, and of lanes 4...7 for r below 4.
    private let bins, bands: MutableTensorRef<SIMD4<Float>>
    /// [arrays]: 1 for those that contain anything of these capsules.
    private let used: MutableTensorRef<Int>
    /// [pairs, 5]: both capsules; the array of real parts, which that of imaginary ones follows; the lane; -1 if the product is that of the
    /// second capsule and the first, else 1.
    private let places: MutableTensorRef<Int>
    private let arena: Arena<SIMD4<Float>>
    private let indexArena: Arena<Int>

    init(capsules: Int) {
        pairs = CapsulePairs(capsules)
        var layout = ArenaLayout<SIMD4<Float>>()
        let (ofBins, ofBands) = (layout.add(Shape(Self.arrays, FrameTiming.bins)), layout.add(Shape(Self.arrays, FrameTiming.melBands)))
        let arena = Arena(layout)
        (bins, bands) = (arena[ofBins], arena[ofBands])
        self.arena = arena
        var indices = ArenaLayout<Int>()
        let (ofArrays, ofPairs) = (indices.add(Shape(Self.arrays)), indices.add(Shape(pairs.count, Self.placeSize)))
        let indexArena = Arena(indices)
        (used, places) = (indexArena[ofArrays], indexArena[ofPairs])
        self.indexArena = indexArena
        used[0] = 1
        used[1] = capsules > 4 ? 1 : 0
        var pair = 0
        for m in 0..<capsules {
            for n in m + 1..<capsules {
                let isDirect = n - m <= Self.rotations
                let (lane, rotation) = isDirect ? (m, n - m) : (n, Self.lanes - n + m)
                let array = 2 + 4 * (rotation - 1) + (lane < 4 ? 0 : 2)
                for (index, value) in [m, n, array, lane % 4, isDirect ? 1 : -1].enumerated() {
                    places[pair * Self.placeSize + index] = value
                }
                (used[array], used[array + 1]) = (1, 1)
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
        for array in 0..<Self.arrays where used[array] == 1 {
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
            let power: SIMD8<Float> = x * x + y * y
            bins[bin] = power.lowHalf
            bins[FrameTiming.bins + bin] = power.highHalf
            var (p, q) = (x, y)
            var at = 2 * FrameTiming.bins + bin
            for rotation in 1...Self.rotations {
                (p, q) = (Self.rotated(p), Self.rotated(q))
                // conj(m) n
                let real: SIMD8<Float> = x * p + y * q
                let imaginary: SIMD8<Float> = x * q - y * p
                bins[at] = real.lowHalf
                bins[at + FrameTiming.bins] = imaginary.lowHalf
                if rotation < Self.rotations {
                    bins[at + 2 * FrameTiming.bins] = real.highHalf
                    bins[at + 3 * FrameTiming.bins] = imaginary.highHalf
                }
                at += 4 * FrameTiming.bins
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
        let power = SIMD8<Float>(lowHalf: bands[band], highHalf: bands[FrameTiming.melBands + band])
        var inverse = SIMD8<Float>.zero
        for capsule in 0..<pairs.capsules {
            frame[row + capsule] = bearing_decibels(max(power[capsule], 1e-10))
            inverse[capsule] = 1 / bearing_square_root(power[capsule] + Self.smallestPower)
        }
        let (real, imaginary) = (row + pairs.capsules, row + pairs.capsules + pairs.count)
        for pair in 0..<pairs.count {
            let place = pair * Self.placeSize
            let scale: Float = inverse[places[place]] * inverse[places[place + 1]]
            let (at, lane) = (places[place + 2] * FrameTiming.melBands + band, places[place + 3])
            frame[real + pair] = scale * bands[at][lane]
            frame[imaginary + pair] = Float(places[place + 4]) * scale * bands[at + FrameTiming.melBands][lane]
        }
    }
}
