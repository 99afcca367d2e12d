import CSampleRate

/// Changes the sample rate of a stream, by libsamplerate's sinc interpolation of medium quality
/// (121 dB, band edge at 90 % of the lower rate's half).
///
/// Output frame n is the signal at the moment of input frame n · from / to: nothing is shifted in time, the output only
/// comes later. Equal rates pass through untouched. Nothing is allocated after `init`.
@safe
public final class Resampler {
    /// Frames that one call took from its input and put into its output.
    public struct Progress: Sendable, Hashable {
        public var consumed: Int
        public var produced: Int
    }

    /// Frames a second, in and out.
    public let inputRate, outputRate: Int
    public let channels: Int
    /// Output frames by which the output comes after the input, measured once for this pair of rates.
    public private(set) var delay = 0

    private let state: OpaquePointer?

    /// - Throws: `unfitSampleRate`.
    public init(
        from inputRate: Int, to outputRate: Int = AudioFormat.sampleRate, channels: Int = AudioFormat.channels
    ) throws(AudioError) {
        for rate in [inputRate, outputRate] where !(1000...768_000).contains(rate) {
            throw .unfitSampleRate(found: rate)
        }
        self.inputRate = inputRate
        self.outputRate = outputRate
        self.channels = channels
        if inputRate == outputRate {
            unsafe state = nil
            return
        }
        var code: Int32 = 0
        unsafe state = src_new(Int32(SRC_SINC_MEDIUM_QUALITY), Int32(clamping: channels), &code)
        guard unsafe state != nil else { throw .unfitSampleRate(found: inputRate) }
        delay = measuredDelay()
    }

    deinit { unsafe _ = src_delete(state) }

    /// Forgets the stream so far; the next input starts a new one.
    public func reset() { if let state = unsafe state { unsafe src_reset(state) } }

    /// Output frames that `frames` input frames can at most give in one call.
    public func capacity(for frames: Int) -> Int { (frames * outputRate + inputRate - 1) / inputRate + delay + 1 }

    /// Resamples what is there, as far as the output has room.
    ///
    /// - Parameters:
    ///   - input: [frames, channels]; what is not consumed must be given again.
    ///   - output: [frames, channels], apart from the input.
    ///   - isEnd: no input follows this one: the last `delay` frames come out too.
    public func process(
        _ input: Span<Float>, into output: inout MutableSpan<Float>, isEnd: Bool = false
    ) -> Progress {
        guard let state = unsafe state else { return copy(input, into: &output) }
        let channels = channels
        let ratio = Double(outputRate) / Double(inputRate)
        let room = output.count / channels
        return unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                var data = unsafe SRC_DATA()
                unsafe data.data_in = source.baseAddress
                unsafe data.data_out = target.baseAddress
                unsafe data.input_frames = source.count / channels
                unsafe data.output_frames = room
                unsafe data.end_of_input = isEnd ? 1 : 0
                unsafe data.src_ratio = ratio
                let code = unsafe src_process(state, &data)
                precondition(code == 0, "libsamplerate takes every call with whole buffers and a valid ratio")
                return unsafe Progress(consumed: data.input_frames_used, produced: data.output_frames_gen)
            }
        }
    }

    private func copy(_ input: Span<Float>, into output: inout MutableSpan<Float>) -> Progress {
        let frames = min(input.count, output.count) / channels
        for index in 0..<frames * channels { output[index] = input[index] }
        return Progress(consumed: frames, produced: frames)
    }

    /// How far the output lags behind an input long enough to fill the filter.
    private func measuredDelay() -> Int {
        let frames = 200 + 200 * max(1, inputRate / outputRate)
        let input = [Float](repeating: 0, count: frames * channels)
        let expected = frames * outputRate / inputRate
        var output = [Float](repeating: 0, count: (expected + 1) * channels)
        var span = output.mutableSpan
        let progress = process(input.span, into: &span)
        reset()
        return expected - progress.produced
    }
}
