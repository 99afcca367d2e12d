internal import CRealtime
public import Tensor

/// Complex coherence of the six capsule pairs, channels 4...15 of a feature frame: six real parts, six imaginary ones.
///
/// Sum of conj(Xm) Xn over a mel band by the square root of both capsules' power in it, for the pairs 01, 02, 03, 12, 13, 23: of
/// length 1 for a single plane wave, near the diffuse field's coherence where no source prevails, 0 for a dead channel. It
/// holds phase above the frequency where delays wrap, does not depend on the level, and a change of two capsules is a
/// change of channels and signs. Compare the normalised covariance of Adavanne et al., IEEE JSTSP 2019.
public struct CrossCoherence: ~Copyable {
    /// Far below the power of any sound: turns 0 / 0 into 0.
    private static let smallestPower: Float = 1e-20

    private let arena: Arena<SIMD4<Float>>
    /// [513] each: pairs 01, 02, 03 in lanes 1...3, pairs 12, 13, 23 in lanes 0...2 of the rest, power of the capsules.
    private let crossReal, crossImaginary, restReal, restImaginary, power: MutableTensorRef<SIMD4<Float>>
    /// [64] each: the same in mel bands.
    private let bandReal, bandImaginary, bandRestReal, bandRestImaginary, bandPower: MutableTensorRef<SIMD4<Float>>

    public init() {
        let (bins, bands) = (Shape(FrameTiming.bins), Shape(FrameTiming.melBands))
        var arena = Arena<SIMD4<Float>>(
            capacity: 5 * (Arena<SIMD4<Float>>.footprint(bins) + Arena<SIMD4<Float>>.footprint(bands)))
        crossReal = arena.take(bins)
        crossImaginary = arena.take(bins)
        restReal = arena.take(bins)
        restImaginary = arena.take(bins)
        power = arena.take(bins)
        bandReal = arena.take(bands)
        bandImaginary = arena.take(bands)
        bandRestReal = arena.take(bands)
        bandRestImaginary = arena.take(bands)
        bandPower = arena.take(bands)
        self.arena = arena
    }

    /// - Parameters:
    ///   - real, imaginary: [513], a lane for each capsule.
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
            let p = bandPower[band] + Self.smallestPower
            let length = SIMD4(
                bearing_square_root(p[0]), bearing_square_root(p[1]), bearing_square_root(p[2]), bearing_square_root(p[3]))
            let (a, b) = (bandReal[band] / (length[0] * length), bandImaginary[band] / (length[0] * length))
            let others = SIMD4<Float>(length[1] * length[2], length[1] * length[3], length[2] * length[3], 1)
            let (c, d) = (bandRestReal[band] / others, bandRestImaginary[band] / others)
            let row = band * channels + 4
            (frame[row], frame[row + 1], frame[row + 2]) = (a[1], a[2], a[3])
            (frame[row + 3], frame[row + 4], frame[row + 5]) = (c[0], c[1], c[2])
            (frame[row + 6], frame[row + 7], frame[row + 8]) = (b[1], b[2], b[3])
            (frame[row + 9], frame[row + 10], frame[row + 11]) = (d[0], d[1], d[2])
        }
    }
}
