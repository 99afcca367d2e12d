internal import CRealtime
import Signal
public import Tensor

/// Path differences of capsules 1...3 relative to capsule 0 in metres, channels 4...6 of a feature frame.
///
/// -(c / (2 pi f)) arg of the mel-summed cross-spectrum conj(X0) Xn, f the band's centre; 0 in bands centred above
/// 2.5 kHz, where the phase wraps. Positive if the wave reaches capsule n later. After SALSA-Lite, Nguyen et al., ICASSP 2022.
public struct PhaseDifference: ~Copyable {
    /// Frequency limit in Hz.
    public static let highestFrequency: Float = 2500

    private let arena: Arena<SIMD4<Float>>
    private let crossReal: MutableTensorRef<SIMD4<Float>>
    private let crossImaginary: MutableTensorRef<SIMD4<Float>>
    private let pooledReal: MutableTensorRef<SIMD4<Float>>
    private let pooledImaginary: MutableTensorRef<SIMD4<Float>>

    public init() {
        var layout = ArenaLayout<SIMD4<Float>>()
        let (bins, bands) = (layout.add(Shape(FrameTiming.bins), times: 2), layout.add(Shape(FrameTiming.melBands), times: 2))
        let arena = Arena(layout)
        (crossReal, crossImaginary) = (arena[bins[0]], arena[bins[1]])
        (pooledReal, pooledImaginary) = (arena[bands[0]], arena[bands[1]])
        self.arena = arena
    }

    /// - Parameters:
    ///   - real, imaginary: [513], a lane for each capsule.
    ///   - frame: [64, 7]; channels 4...6 are written.
    @_noLocks
    public func apply(
        real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>, bank: borrowing MelFilterBank,
        into frame: MutableTensorRef<Float>
    ) {
        for bin in 0..<FrameTiming.bins {
            let (re, im) = (real[bin], imaginary[bin])
            crossReal[bin] = re[0] * re + im[0] * im
            crossImaginary[bin] = re[0] * im - im[0] * re
        }
        bank.project(crossReal.readOnly, into: pooledReal)
        bank.project(crossImaginary.readOnly, into: pooledImaginary)
        let channels = frame.shape[1]
        for band in 0..<FrameTiming.melBands {
            let f = bank.centres[band]
            for n in 1...3 {
                let phase = bearing_atan2(pooledImaginary[band][n], pooledReal[band][n])
                frame[band * channels + 3 + n] =
                    f <= Self.highestFrequency ? -Acoustics.speedOfSound / (2 * .pi * f) * phase : 0
            }
        }
    }
}
