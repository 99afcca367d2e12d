import CRealtime
import Tensor

/// The Fourier transform of real data with its own buffers: `time` to `real` and `imaginary` and back.
@safe
final class RealTransform {
    let points: Int
    /// Number of bins, including 0 Hz and half the sample rate.
    let bins: Int
    /// [points]
    let time: MutableTensorRef<Float>
    /// [bins]
    let real: MutableTensorRef<Float>
    /// [bins]
    let imaginary: MutableTensorRef<Float>
    private let arena: Arena<Float>
    private let forwardPlan: OpaquePointer
    private let inversePlan: OpaquePointer

    /// - Parameter points: even.
    init(points: Int) {
        precondition(points > 0 && points % 2 == 0, "a real transform has an even number of points, found \(points)")
        self.points = points
        bins = points / 2 + 1
        var layout = ArenaLayout<Float>()
        let (signal, spectrum) = (layout.add(Shape(points)), layout.add(Shape(points / 2 + 1), times: 2))
        let arena = Arena(layout)
        (time, real, imaginary) = (arena[signal], arena[spectrum[0]], arena[spectrum[1]])
        self.arena = arena
        guard
            let forward = unsafe bearing_fft_plan_forward(
                Int32(points), 1, 1, time.unsafeBase, real.unsafeBase, imaginary.unsafeBase),
            let inverse = unsafe bearing_fft_plan_inverse(
                Int32(points), 1, 1, time.unsafeBase, real.unsafeBase, imaginary.unsafeBase)
        else { preconditionFailure("FFTW plans every even size") }
        unsafe forwardPlan = forward
        unsafe inversePlan = inverse
    }

    deinit {
        unsafe bearing_fft_destroy(forwardPlan)
        unsafe bearing_fft_destroy(inversePlan)
    }

    /// `time` to the spectrum.
    func forward() { unsafe bearing_fft_execute(forwardPlan) }

    /// The inverse transform of the spectrum, which is destroyed, to `time`, times `points`.
    func inverse() { unsafe bearing_fft_execute(inversePlan) }
}
