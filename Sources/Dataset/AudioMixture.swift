import Audio
import Features
import Signal

/// The sum of two recordings that start together.
struct AudioMixture {
    /// Frames read from each recording at once.
    private static let piece = 8192

    private let first: AudioFileReader
    private let second: AudioFileReader

    /// - Throws: audio that cannot be read, or has another sample rate or channel count.
    init(_ first: String, _ second: String, isAmbisonic: Bool) throws {
        // Capsules may be of any number, the same in both.
        self.first = try Recording.reader(of: first, isAmbisonic: isAmbisonic, channels: isAmbisonic ? FrameLayout.channels : nil)
        self.second = try Recording.reader(of: second, isAmbisonic: isAmbisonic, channels: self.first.channels)
    }

    /// Writes the sum as 16-bit WAV, which appears under its name when it is complete.
    ///
    /// The samples of 16-bit recordings are summed exactly; sums outside the integer range are clipped.
    /// - Returns: frames written, clipped samples, and samples of each recording that were replaced by 0.
    /// - Throws: `AudioError` for recordings that end early and files that cannot be written.
    func write(to path: String) throws -> (frames: Int, limited: Int, unsound: [String: Int]) {
        let channels = first.channels
        let writer = try AudioFileWriter(
            path: path, encoding: .wave16, sampleRate: FrameLayout.sampleRate, channels: channels)
        var sum = [Float](repeating: 0, count: Self.piece * channels)
        var added = sum
        while true {
            let counts = (try Self.read(first, into: &sum), try Self.read(second, into: &added))
            let count = max(counts.0, counts.1)
            guard count > 0 else { break }
            for i in counts.0 * channels..<count * channels { sum[i] = 0 }
            for i in 0..<counts.1 * channels { sum[i] += added[i] }
            try writer.write(sum.span.extracting(first: count * channels))
        }
        try writer.close()
        let unsound = [first, second].map { ($0.path, $0.unsoundSamples) }.filter { $0.1 > 0 }
        return (writer.framesWritten, writer.clippedSamples, Dictionary(unsound, uniquingKeysWith: max))
    }

    /// Fills the buffer; a shorter read is possible only at the end of the recording, so that both stay aligned.
    private static func read(_ reader: AudioFileReader, into samples: inout [Float]) throws -> Int {
        var span = samples.mutableSpan
        let count = try reader.read(into: &span)
        guard count == piece || reader.position == reader.frames else {
            throw AudioError.truncatedFile(path: reader.path, expectedFrames: reader.frames, foundFrames: reader.position)
        }
        return count
    }
}
