internal import CRealtime
internal import Glibc
public import Signal
public import Tensor

/// The short-time Fourier transform of up to four channels at once, one hop at a time; a lane without a channel is 0.
///
/// Periodic Hann window of 960 samples, zero-padded to 1024 points, not normalised; frames as in `FrameTiming`.
/// A row of every buffer has the four channels of one sample or one bin, the order of the audio and of the later stages. Equals
/// `librosa.stft(n_fft: 1024, win_length: 960, hop_length: 480)` except for the 32 samples by which that centres its shorter
/// window, a rotation of the phase common to all channels.
public struct STFT: ~Copyable {
    /// Real and imaginary parts of the latest frame, [513], a lane for each channel.
    public let real: TensorRef<SIMD4<Float>>
    public let imaginary: TensorRef<SIMD4<Float>>

    private let arena: Arena<SIMD4<Float>>
    private let transform: RealFourierTransform
    /// The latest 960 samples, [960].
    private let recent: MutableTensorRef<SIMD4<Float>>
    /// Input of the transform, [1024]; the last 64 rows stay zero.
    private let windowed: MutableTensorRef<SIMD4<Float>>
    private let window: MutableTensorRef<SIMD4<Float>>
    private var filled = 0
    /// Of the samples, and the first of them that is transformed.
    private let channels, first: Int

    /// - Parameters:
    ///   - channels: of the samples.
    ///   - first: the channel in lane 0.
    public init(channels: Int = FrameLayout.channels, first: Int = 0) {
        (self.channels, self.first) = (channels, first)
        let samples = FrameTiming.window
        var layout = ArenaLayout<SIMD4<Float>>()
        let (past, points) = (layout.add(Shape(samples), times: 2), layout.add(Shape(FrameTiming.transform)))
        let spectrum = layout.add(Shape(FrameTiming.bins), times: 2)
        let arena = Arena(layout)
        (recent, window, windowed) = (arena[past[0]], arena[past[1]], arena[points])
        let (real, imaginary) = (arena[spectrum[0]], arena[spectrum[1]])
        self.real = real.readOnly
        self.imaginary = imaginary.readOnly
        for i in 0..<samples {
            let phase = 2 * Double.pi * Double(i) / Double(samples)
            window[i] = SIMD4(repeating: Float(0.5 - 0.5 * cos(phase)))
        }
        transform = RealFourierTransform(
            .forward, columns: FrameLayout.channels, time: windowed.lanes, real: real.lanes,
            imaginary: imaginary.lanes)
        self.arena = arena
    }

    /// Clears all samples: the next frame starts after a hop of zeros.
    public mutating func reset() {
        recent.fill(.zero)
        filled = 0
    }

    /// Consumes samples up to the end of the next frame.
    ///
    /// - Parameters:
    ///   - samples: interleaved frames of all channels.
    ///   - start: the first sample frame to consume; moved past the consumed ones.
    /// - Returns: whether a frame is complete: `real` and `imaginary` then contain it until the next one.
    @_noLocks
    public mutating func advance(_ samples: Span<Float>, from start: inout Int) -> Bool {
        let hop = FrameLayout.hop
        let taken = min(hop - filled, samples.count / channels - start)
        if channels == 4 {
            let rows = recent.rows(hop + filled..<hop + filled + taken).lanes
            let first = 4 * start
            let available = samples.count - first
            precondition(rows.count <= available, "samples of whole frames")
            for i in 0..<rows.count { unsafe rows.unsafeBase[i] = samples[unchecked: first + i] }
        } else {
            for i in 0..<taken {
                let s = channels * (start + i) + first
                var row = SIMD4<Float>.zero
                for lane in 0..<min(4, channels - first) { row[lane] = samples[s + lane] }
                recent[hop + filled + i] = row
            }
        }
        start += taken
        filled += taken
        guard filled == hop else { return false }
        let (product, past, weights) = (windowed.lanes, recent.lanes, window.lanes)
        unsafe bearing_multiply(product.unsafeBase, past.unsafeBase, weights.unsafeBase, 4 * FrameTiming.window)
        transform.execute()
        for i in 0..<4 * hop { unsafe past.unsafeBase[i] = past.unsafeBase[4 * hop + i] }
        filled = 0
        return true
    }
}

extension TensorRef<SIMD4<Float>> {
    /// The same memory as rows of four floats: [count, 4].
    var lanes: TensorRef<Float> {
        @_noLocks get {
            unsafe TensorRef<Float>(
                unsafeBase: UnsafeRawPointer(unsafeBase).assumingMemoryBound(to: Float.self), shape: Shape(count, 4))
        }
    }
}

extension MutableTensorRef<SIMD4<Float>> {
    /// The same memory as rows of four floats: [count, 4].
    public var lanes: MutableTensorRef<Float> {
        @_noLocks get {
            unsafe MutableTensorRef<Float>(
                unsafeBase: UnsafeMutableRawPointer(unsafeBase).assumingMemoryBound(to: Float.self),
                shape: Shape(count, 4))
        }
    }
}

extension MutableTensorRef<SIMD8<Float>> {
    /// The same memory as rows of eight floats: [count, 8].
    var lanes: MutableTensorRef<Float> {
        unsafe MutableTensorRef<Float>(
            unsafeBase: UnsafeMutableRawPointer(unsafeBase).assumingMemoryBound(to: Float.self), shape: Shape(count, 8))
    }
}
