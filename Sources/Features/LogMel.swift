internal import CRealtime
public import Tensor

/// Log-mel spectra of the four channels: 10 log10(max(mel power, 1e-10)), in dB, channels 0...3 of a feature frame.
public struct LogMel: ~Copyable {
    private let arena: Arena<SIMD4<Float>>
    private let power: MutableTensorRef<SIMD4<Float>>
    private let pooled: MutableTensorRef<SIMD4<Float>>

    public init() {
        var layout = ArenaLayout<SIMD4<Float>>()
        let (bins, bands) = (layout.add(Shape(FrameTiming.bins)), layout.add(Shape(FrameTiming.melBands)))
        let arena = Arena(layout)
        (power, pooled) = (arena[bins], arena[bands])
        self.arena = arena
    }

    /// - Parameters:
    ///   - real, imaginary: [513], a lane for each channel.
    ///   - frame: [64, C]; channels 0...3 are written.
    @_noLocks
    public func apply(
        real: TensorRef<SIMD4<Float>>, imaginary: TensorRef<SIMD4<Float>>, bank: borrowing MelFilterBank,
        into frame: MutableTensorRef<Float>
    ) {
        for bin in 0..<FrameTiming.bins {
            power[bin] = real[bin] * real[bin] + imaginary[bin] * imaginary[bin]
        }
        bank.project(power.readOnly, into: pooled)
        Self.write(pooled.lanes.readOnly, into: frame)
    }

    /// The same from the power in the bands.
    /// - Parameters:
    ///   - power: [64, n], the four channels' first.
    ///   - frame: [64, C]; channels 0...3 are written.
    @_noLocks
    static func write(_ power: TensorRef<Float>, into frame: MutableTensorRef<Float>) {
        let (columns, channels) = (power.shape[1], frame.shape[1])
        for band in 0..<FrameTiming.melBands {
            for c in 0..<4 { frame[band * channels + c] = bearing_decibels(max(power[band * columns + c], 1e-10)) }
        }
    }
}
