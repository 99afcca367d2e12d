import CSampleRate

/// Changes the sample rate of a stream, by libsamplerate's sinc interpolation of medium quality
/// (121 dB, band edge at 90 % of the lower rate's half).
///
/// Output frame n is the signal at the time of input frame n · from / to: nothing is shifted in time, the output is only
/// delayed. Equal rates are passed through. Nothing is allocated after `init`.
@safe
public final class Resampler {
    /// Frames consumed from the input and written to the output by one call.
    public struct Progress: Sendable, Hashable {
        public var consumed: Int
        public var produced: Int
    }

    /// Sample rates in Hz, in and out.
    public let inputRate, outputRate: Int
    public let channels: Int
    /// Delay of the output in output frames, measured once for this pair of rates.
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

    /// Clears the stream so far; the next input starts a new one.
    public func reset() { if let state = unsafe state { unsafe src_reset(state) } }

    /// Maximum number of output frames from `frames` input frames in one call.
    public func capacity(for frames: Int) -> Int { (frames * outputRate + inputRate - 1) / inputRate + delay + 1 }

    /// Resamples the available input, as far as the output has space.
    ///
    /// - Parameters:
    ///   - input: [frames, channels]; frames that are not consumed must be passed again.
    ///   - output: [frames, channels], must not overlap the input.
    ///   - isEnd: no input follows: the last `delay` frames are written too.
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
                precondition(code == 0, "libsamplerate accepts whole buffers and a valid ratio")
                return unsafe Progress(consumed: data.input_frames_used, produced: data.output_frames_gen)
            }
        }
    }

    private func copy(_ input: Span<Float>, into output: inout MutableSpan<Float>) -> Progress {
        let frames = min(input.count, output.count) / channels
        unsafe input.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                unsafe to.update(from: from, count: frames * channels)
            }
        }
        return Progress(consumed: frames, produced: frames)
    }

    /// The lag of the output behind an input long enough to fill the filter.
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
