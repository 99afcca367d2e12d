internal import CRealtime
public import Tensor

/// The normalised covariance of the six channel pairs in mel bands, channels 4...15 of a feature frame: six real parts, six
/// imaginary ones.
///
/// Sum of conj(Xm) Xn over a mel band, for the pairs 01, 02, 03, 12, 13, 23, normalised as in `Normalization`. It does not
/// depend on the level. If one plane wave dominates it is that wave's; if two do, it is a mixture that neither alone could
/// produce. Compare Adavanne et al., IEEE JSTSP 2019.
public struct SpatialCovariance: ~Copyable {
    public enum Normalization: Sendable {
        /// The square root of both channels' power in the band, for capsules: complex coherence. It has length 1 for a single
        /// plane wave, is close to the diffuse field's coherence if no source dominates, and 0 for a dead channel. It contains
        /// phase above the frequency where delays wrap, and exchanging two capsules exchanges channels and signs.
        case coherence
        /// The sound field's energy in the band, (|W|^2 + |Y|^2 + |Z|^2 + |X|^2) / 2, for Ambisonics in SN3D: for a plane wave
        /// the products of its direction's components. The first three real parts are the active intensity.
        case energy
    }

    /// Far below the power of any sound: turns 0 / 0 into 0.
    private static let smallestPower: Float = 1e-20

    private let normalization: Normalization
    private let arena: Arena<Float>
    /// [513, 16] and [64, 16]: products of the channels in bins and bands. Power, real parts of the pairs, imaginary parts.
    private let products, sums: MutableTensorRef<Float>

    public init(_ normalization: Normalization) {
        self.normalization = normalization
        var layout = ArenaLayout<Float>()
        let bins = layout.add(Shape(FrameTiming.bins, Int(BEARING_PRODUCTS)))
        let bands = layout.add(Shape(FrameTiming.melBands, Int(BEARING_PRODUCTS)))
        let arena = Arena(layout)
        (products, sums) = (arena[bins], arena[bands])
        self.arena = arena
    }

    /// The channels' log-mel spectra, and their covariance.
    /// - Parameters:
    ///   - real, imaginary: [513], a lane for each channel.
    ///   - frame: [64, 16]; channels 0...3 are those of `LogMel`.
    @_noLocks
    public func apply(
        real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>, bank: borrowing MelFilterBank,
        into frame: MutableTensorRef<Float>
    ) {
        let (re, im) = (real.lanes, imaginary.lanes)
        unsafe bearing_channel_products(products.unsafeBase, re.unsafeBase, im.unsafeBase, FrameTiming.bins)
        bank.project(products: products.readOnly, into: sums)
        LogMel.write(sums.readOnly, into: frame)
        let channels = frame.shape[1]
        for band in 0..<FrameTiming.melBands {
            let (row, sum) = (band * channels + 4, band * Int(BEARING_PRODUCTS))
            let power = SIMD4(sums[sum], sums[sum + 1], sums[sum + 2], sums[sum + 3]) + Self.smallestPower
            let divisors = divisors(power)
            for pair in 0..<6 {
                frame[row + pair] = sums[sum + 4 + pair] / divisors[pair]
                frame[row + 6 + pair] = sums[sum + 10 + pair] / divisors[pair]
            }
        }
    }

    /// Of the pairs 01, 02, 03, 12, 13, 23.
    @_noLocks
    private func divisors(_ power: SIMD4<Float>) -> SIMD8<Float> {
        switch normalization {
        case .coherence:
            let length = SIMD4(
                bearing_square_root(power[0]), bearing_square_root(power[1]), bearing_square_root(power[2]),
                bearing_square_root(power[3]))
            let (first, rest) = (length[0] * length, length[1] * length)
            return SIMD8(first[1], first[2], first[3], rest[2], rest[3], length[2] * length[3], 1, 1)
        case .energy:
            // X and Y in one sum of two: exchanging them changes nothing, not even the rounding.
            return SIMD8(repeating: 0.5 * (power[0] + (power[1] + power[3] + power[2])))
        }
    }
}
