internal import CRealtime
internal import Tensor

/// Discrete Fourier transforms of up to 8 real columns of 1024 points side by side, planned once by FFTW.
///
/// The plan is bound to its buffers: time [1024, columns], real and imaginary [513, columns]. Equal shapes give equal plans, so
/// two transforms of the same data are bitwise equal.
@safe
struct RealFourierTransform: ~Copyable {
    enum Direction {
        /// Time to spectrum.
        case forward
        /// Spectrum to time, not divided by the points; destroys the spectrum.
        case inverse
    }

    private let plan: OpaquePointer

    /// - Parameters:
    ///   - columns: how many of the buffers' columns are transformed.
    ///   - time: [1024, stride]; real, imaginary: [513, stride]; from an arena that outlives this transform.
    init(
        _ direction: Direction, columns: Int, time: MutableTensorRef<Float>, real: MutableTensorRef<Float>,
        imaginary: MutableTensorRef<Float>
    ) {
        let stride = time.shape[1]
        precondition(
            time.shape[0] == FrameTiming.transform && real.shape == Shape(FrameTiming.bins, stride)
                && imaginary.shape == real.shape && columns <= stride, "buffers that fit the transform")
        let make = unsafe direction == .forward ? bearing_fft_plan_forward : bearing_fft_plan_inverse
        guard
            let plan = unsafe make(
                Int32(FrameTiming.transform), Int32(columns), Int32(stride), time.unsafeBase, real.unsafeBase,
                imaginary.unsafeBase)
        else { preconditionFailure("FFTW plans every even size") }
        unsafe self.plan = plan
    }

    deinit { unsafe bearing_fft_destroy(plan) }

    @_noLocks
    func execute() { unsafe bearing_fft_execute(plan) }
}
