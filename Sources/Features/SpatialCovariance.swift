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
    private let arena: Arena<SIMD4<Float>>
    /// [513] each: pairs 01, 02, 03 in lanes 1...3, pairs 12, 13, 23 in lanes 0...2 of the rest, power of the channels.
    private let crossReal, crossImaginary, restReal, restImaginary, power: MutableTensorRef<SIMD4<Float>>
    /// [64] each: the same in mel bands.
    private let bandReal, bandImaginary, bandRestReal, bandRestImaginary, bandPower: MutableTensorRef<SIMD4<Float>>

    public init(_ normalization: Normalization) {
        self.normalization = normalization
        var layout = ArenaLayout<SIMD4<Float>>()
        let (bins, bands) = (layout.add(Shape(FrameTiming.bins), times: 5), layout.add(Shape(FrameTiming.melBands), times: 5))
        let arena = Arena(layout)
        (crossReal, crossImaginary) = (arena[bins[0]], arena[bins[1]])
        (restReal, restImaginary) = (arena[bins[2]], arena[bins[3]])
        power = arena[bins[4]]
        (bandReal, bandImaginary) = (arena[bands[0]], arena[bands[1]])
        (bandRestReal, bandRestImaginary) = (arena[bands[2]], arena[bands[3]])
        bandPower = arena[bands[4]]
        self.arena = arena
    }

    /// - Parameters:
    ///   - real, imaginary: [513], a lane for each channel.
    ///   - frame: [64, 16]; channels 4...15 are written.
    @_noLocks
    public func apply(
        real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>, bank: borrowing MelFilterBank,
        into frame: MutableTensorRef<Float>
    ) {
        for bin in 0..<FrameTiming.bins {
            let (re, im) = (real[bin], imaginary[bin])
            power[bin] = re * re + im * im
            // conj(m) n
            crossReal[bin] = re[0] * re + im[0] * im
            crossImaginary[bin] = re[0] * im - im[0] * re
            let (m, n) = (SIMD4<Float>(re[1], re[1], re[2], 0), SIMD4<Float>(re[2], re[3], re[3], 0))
            let (p, q) = (SIMD4<Float>(im[1], im[1], im[2], 0), SIMD4<Float>(im[2], im[3], im[3], 0))
            restReal[bin] = m * n + p * q
            restImaginary[bin] = m * q - p * n
        }
        bank.project(power.readOnly, into: bandPower)
        bank.project(crossReal.readOnly, into: bandReal)
        bank.project(crossImaginary.readOnly, into: bandImaginary)
        bank.project(restReal.readOnly, into: bandRestReal)
        bank.project(restImaginary.readOnly, into: bandRestImaginary)
        let channels = frame.shape[1]
        for band in 0..<FrameTiming.melBands {
            let (first, rest) = divisors(bandPower[band] + Self.smallestPower)
            let (a, b) = (bandReal[band] / first, bandImaginary[band] / first)
            let (c, d) = (bandRestReal[band] / rest, bandRestImaginary[band] / rest)
            let row = band * channels + 4
            (frame[row], frame[row + 1], frame[row + 2]) = (a[1], a[2], a[3])
            (frame[row + 3], frame[row + 4], frame[row + 5]) = (c[0], c[1], c[2])
            (frame[row + 6], frame[row + 7], frame[row + 8]) = (b[1], b[2], b[3])
            (frame[row + 9], frame[row + 10], frame[row + 11]) = (d[0], d[1], d[2])
        }
    }

    /// Of pairs 01, 02, 03 in lanes 1...3, and of 12, 13, 23 in lanes 0...2.
    @_noLocks
    private func divisors(_ power: SIMD4<Float>) -> (first: SIMD4<Float>, rest: SIMD4<Float>) {
        switch normalization {
        case .coherence:
            let length = SIMD4(
                bearing_square_root(power[0]), bearing_square_root(power[1]), bearing_square_root(power[2]),
                bearing_square_root(power[3]))
            return (length[0] * length, SIMD4(length[1] * length[2], length[1] * length[3], length[2] * length[3], 1))
        case .energy:
            // X and Y in one sum of two: exchanging them changes nothing, not even the rounding.
            let energy = SIMD4<Float>(repeating: 0.5 * (power[0] + (power[1] + power[3] + power[2])))
            return (energy, energy)
        }
    }
}
