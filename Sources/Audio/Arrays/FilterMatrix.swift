import CRealtime

/// Applies `EncodingFilters` to a stream.
///
/// The output does not depend on how the samples are divided into calls. Nothing is allocated after `init`.
@safe
public final class FilterMatrix {
    public let filters: EncodingFilters

    /// Frames processed at once.
    private static let chunk = 480
    /// [inputs, taps - 1 + chunk]: the end of the previous input, then the present chunk.
    private let history: FrameBuffer
    /// [4 outputs, chunk]
    private let sums: FrameBuffer
    /// [4 outputs, inputs, taps]
    private let coefficients: FrameBuffer

    public init(_ filters: EncodingFilters) {
        self.filters = filters
        history = FrameBuffer(count: filters.inputs * (filters.taps - 1 + Self.chunk))
        sums = FrameBuffer(count: AudioFormat.channels * Self.chunk)
        coefficients = FrameBuffer(count: filters.coefficients.count)
        for index in filters.coefficients.indices { unsafe coefficients.base[index] = filters.coefficients[index] }
    }

    /// Clears the previous input, as if it had been silence.
    public func reset() { unsafe history.base.update(repeating: 0, count: history.count) }

    /// Filters interleaved frames.
    ///
    /// - Parameters:
    ///   - input: [frames, inputs].
    ///   - output: space for [frames, 4].
    public func process(_ input: Span<Float>, into output: inout MutableSpan<Float>) {
        let (inputs, channels) = (filters.inputs, AudioFormat.channels)
        precondition(output.count >= input.count / inputs * channels, "the output has space for all frames")
        var done = 0
        while done < input.count / inputs {
            let frames = min(Self.chunk, input.count / inputs - done)
            take(input.extracting(done * inputs..<(done + frames) * inputs), frames)
            filter(frames)
            let sums = unsafe sums.base
            for frame in 0..<frames {
                for channel in 0..<channels {
                    output[(done + frame) * channels + channel] = unsafe sums[channel * Self.chunk + frame]
                }
            }
            done += frames
        }
    }

    /// Moves the previous input to the front and appends a chunk, a row for each channel.
    private func take(_ input: Span<Float>, _ frames: Int) {
        let past = filters.taps - 1
        let row = past + Self.chunk
        let inputs = filters.inputs
        for channel in 0..<inputs {
            let start = unsafe history.base + channel * row
            for frame in 0..<frames { unsafe start[past + frame] = input[frame * inputs + channel] }
        }
    }

    /// Computes the chunk's outputs, then keeps its end as the previous input.
    private func filter(_ frames: Int) {
        let (taps, inputs) = (filters.taps, filters.inputs)
        let row = taps - 1 + Self.chunk
        unsafe sums.base.update(repeating: 0, count: sums.count)
        for output in 0..<AudioFormat.channels {
            let sum = unsafe sums.base + output * Self.chunk
            for input in 0..<inputs {
                let filter = unsafe coefficients.base + (output * inputs + input) * taps
                let newest = unsafe history.base + input * row + taps - 1
                for tap in 0..<taps where unsafe filter[tap] != 0 {
                    unsafe bearing_accumulate(sum, newest - tap, filter[tap], Int32(frames))
                }
            }
        }
        for channel in 0..<inputs {
            let start = unsafe history.base + channel * row
            for index in 0..<taps - 1 { unsafe start[index] = start[index + frames] }
        }
    }
}
