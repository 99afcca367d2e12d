/// Any audio file as the rest of the house wants it: 24 kHz, four channels, in pieces of any size.
public final class AudioFileStream {
    public let path: String
    /// Frames a second of the file itself.
    public let fileSampleRate: Int
    /// 24 kHz frames that the whole file gives.
    public let frames: Int

    private let reader: AudioFileReader
    private let map: ChannelMap
    private let resampler: Resampler
    /// File frames as read, and their four chosen channels: [chunk, channels] and [chunk, 4].
    private let raw: FrameBuffer
    private let chosen: FrameBuffer
    /// Chosen frames not yet resampled.
    private var pending = 0..<0
    private var given = 0

    private static let chunk = 1024

    /// - Parameter map: which channels to use; nil demands a file of exactly four.
    /// - Throws: what `AudioFileReader` throws; `missingChannel` for a file that lacks a channel of the map.
    public init(path: String, map: ChannelMap? = nil) throws(AudioError) {
        reader = try AudioFileReader(path: path, channels: map == nil ? AudioFormat.channels : nil)
        if let map, reader.channels < map.channelsNeeded {
            throw .missingChannel(source: path, channel: map.channelsNeeded - 1, found: reader.channels)
        }
        self.path = path
        self.map = map ?? .identity
        fileSampleRate = reader.sampleRate
        frames = (reader.frames * AudioFormat.sampleRate + reader.sampleRate / 2) / reader.sampleRate
        resampler = try Resampler(from: reader.sampleRate)
        raw = FrameBuffer(count: Self.chunk * reader.channels)
        chosen = FrameBuffer(count: Self.chunk * AudioFormat.channels)
    }

    /// Reads the next frames.
    ///
    /// - Parameter samples: [frames, 4].
    /// - Returns: frames read: as many as fit, fewer only at the end; 0 when the file is over.
    /// - Throws: `truncatedFile`.
    public func read(into samples: inout MutableSpan<Float>) throws(AudioError) -> Int {
        let (raw, chosen) = (raw, chosen)
        let wanted = min(samples.count / 4, frames - given)
        var filled = 0
        while filled < wanted {
            if pending.isEmpty {
                var span = raw.mutableSpan(0..<raw.count)
                let got = try reader.read(into: &span)
                var target = chosen.mutableSpan(0..<chosen.count)
                map.select(raw.span(0..<got * reader.channels), channels: reader.channels, into: &target)
                pending = 0..<got
            }
            let isEnd = reader.position == reader.frames
            let progress = unsafe samples.withUnsafeMutableBufferPointer { buffer in
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[(filled * 4)..<(wanted * 4)])
                var span = unsafe rest.mutableSpan
                return resampler.process(
                    chosen.span(pending.lowerBound * 4..<pending.upperBound * 4), into: &span, isEnd: isEnd)
            }
            pending = pending.lowerBound + progress.consumed..<pending.upperBound
            filled += progress.produced
            if isEnd, pending.isEmpty, progress.produced == 0 { break }
        }
        // The resampler may end a frame short of the rounded length: silence is what follows a file.
        for index in filled * 4..<wanted * 4 { samples[index] = 0 }
        given += wanted
        return wanted
    }

    /// Back to the first frame.
    public func rewind() throws(AudioError) {
        try reader.seek(to: 0)
        resampler.reset()
        pending = 0..<0
        given = 0
    }
}
