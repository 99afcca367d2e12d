internal import CRealtime
public import Tensor

/// Generalised cross-correlations with phase transform of the six capsule pairs, channels 4...9 of a feature frame.
///
/// irfft(R / |R|), R = conj(Xm) Xn, for the pairs 01, 02, 03, 12, 13, 23 at lags -32...31 (band b contains lag b - 32);
/// 0 where R = 0, so a dead channel gives zeros. After Knapp and Carter, IEEE TASSP 1976.
public struct GCCPHAT: ~Copyable {
    private static let pairs = 6
    /// A row of eight floats keeps the transform's columns aligned.
    private static let stride = 8

    private let arena: Arena<Float>
    private let transform: RealFourierTransform
    private let real: MutableTensorRef<Float>
    private let imaginary: MutableTensorRef<Float>
    private let correlation: MutableTensorRef<Float>

    public init() {
        var layout = ArenaLayout<Float>()
        let spectrum = layout.add(Shape(FrameTiming.bins, Self.stride), times: 2)
        let time = layout.add(Shape(FrameTiming.transform, Self.stride))
        let arena = Arena(layout)
        (real, imaginary, correlation) = (arena[spectrum[0]], arena[spectrum[1]], arena[time])
        transform = RealFourierTransform(
            .inverse, columns: Self.pairs, time: correlation, real: real, imaginary: imaginary)
        self.arena = arena
    }

    /// - Parameters:
    ///   - real, imaginary: [513], a lane for each capsule.
    ///   - frame: [64, 10]; channels 4...9 are written.
    @_noLocks
    public func apply(
        real spectrumReal: TensorRef<SIMD4<Float>>, imaginary spectrumImaginary: TensorRef<SIMD4<Float>>,
        into frame: MutableTensorRef<Float>
    ) {
        for bin in 0..<FrameTiming.bins {
            // Each capsule's spectrum is normalised before the product, which then cannot underflow; the small number is far
            // below any sound and turns 0 / 0 into 0.
            let (re, im) = (spectrumReal[bin], spectrumImaginary[bin])
            let power = re * re + im * im + 1e-36
            let length = SIMD4(
                bearing_square_root(power[0]), bearing_square_root(power[1]), bearing_square_root(power[2]),
                bearing_square_root(power[3]))
            let (a, b) = (re / length, im / length)
            // conj(m) n: a lane for each n.
            let (r0, i0) = (a[0] * a + b[0] * b, a[0] * b - b[0] * a)
            let (r1, i1) = (a[1] * a + b[1] * b, a[1] * b - b[1] * a)
            let (r2, i2) = (a[2] * a[3] + b[2] * b[3], a[2] * b[3] - b[2] * a[3])
            let row = bin * Self.stride
            (real[row], real[row + 1], real[row + 2]) = (r0[1], r0[2], r0[3])
            (real[row + 3], real[row + 4], real[row + 5]) = (r1[2], r1[3], r2)
            (imaginary[row], imaginary[row + 1], imaginary[row + 2]) = (i0[1], i0[2], i0[3])
            (imaginary[row + 3], imaginary[row + 4], imaginary[row + 5]) = (i1[2], i1[3], i2)
        }
        transform.execute()
        let channels = frame.shape[1]
        let (bands, points) = (FrameTiming.melBands, FrameTiming.transform)
        for band in 0..<bands {
            let row = (points + band - bands / 2) % points * Self.stride
            for pair in 0..<Self.pairs {
                frame[band * channels + 4 + pair] = correlation[row + pair] / Float(points)
            }
        }
    }
}
