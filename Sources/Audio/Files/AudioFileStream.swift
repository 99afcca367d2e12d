/// The meaning of a file's channels, in addition to its header.
public enum FileChannels: Sendable, Hashable {
    /// Unknown: Ambisonics of another convention is converted to AmbiX if the header declares it.
    case declared
    /// Ambisonics of this convention: samples are returned as stored.
    case ambisonics(AmbisonicConvention)
    /// Capsules: samples are returned as stored.
    case capsules
}

/// An audio file converted to 24 kHz and the chosen channels, read in pieces of any size.
public final class AudioFileStream {
    public let path: String
    /// Sample rate of the file itself in Hz.
    public let fileSampleRate: Int
    /// C: channels of its frames.
    public let channels: Int
    /// Length of the whole file in 24 kHz frames.
    public let frames: Int
    /// The Ambisonics convention that the header declares and that was converted to AmbiX; nil if samples are returned as
    /// stored.
    public let undone: AmbisonicConvention?
    /// Contradictions between the header, the contents and the known meaning of the channels: a line each.
    public let remarks: [String]

    /// Samples of the file so far that were not finite or above the limit, and are returned as 0.
    public var unsoundSamples: Int { reader.unsoundSamples }

    private let reader: AudioFileReader
    private let map: ChannelMap
    private let conversion: AmbisonicConversion?
    private let resampler: Resampler
    /// File frames as read, and their selected channels: [chunk, file channels] and [chunk, C].
    private let raw: FrameBuffer
    private let chosen: FrameBuffer
    /// Selected frames that are not resampled yet.
    private var pending = 0..<0
    private var given = 0

    private static let chunk = 1024

    /// - Parameters:
    ///   - map: the channels to use, `count` of them; nil requires a file of exactly as many.
    ///   - count: of channels.
    ///   - channels: their known meaning.
    /// - Throws: as `AudioFileReader`; `missingChannel` for a file that lacks a channel of the map.
    public init(
        path: String, map: ChannelMap? = nil, count: Int = AudioFormat.channels, channels: FileChannels = .declared
    ) throws(AudioError) {
        precondition(map.map { $0.count == count } ?? true, "a map of as many channels as wanted")
        reader = try AudioFileReader(path: path, channels: map == nil ? count : nil)
        if let map, reader.channels < map.channelsNeeded {
            throw .missingChannel(source: path, channel: map.channelsNeeded - 1, found: reader.channels)
        }
        self.path = path
        self.map = map ?? .identity(count)
        self.channels = count
        fileSampleRate = reader.sampleRate
        resampler = try Resampler(from: reader.sampleRate, channels: count)
        frames = (reader.frames * AudioFormat.sampleRate + reader.sampleRate / 2) / reader.sampleRate
        // A map that moves channels also states their order.
        let isInOrder = self.map.indices == ChannelMap.identity(count).indices
        conversion =
            channels == .declared && isInOrder && count == AudioFormat.channels ? AmbisonicConversion(from: reader.ambisonics) : nil
        undone = conversion == nil ? nil : reader.ambisonics
        remarks = reader.remarks + Self.contradictions(reader.ambisonics, channels, isInOrder ? nil : map).map { "\(path): \($0)" }
        raw = FrameBuffer(count: Self.chunk * reader.channels)
        chosen = FrameBuffer(count: Self.chunk * count)
    }

    private static func contradictions(_ found: AmbisonicConvention?, _ channels: FileChannels, _ map: ChannelMap?) -> [String] {
        guard let found else { return [] }
        switch channels {
        case .declared:
            guard let map, found != .ambix else { return [] }
            return [
                "expected channels in the order of its header, \(found.title), found a channel map, \(map.indices): read as "
                    + "AmbiX (ambix); give --ambisonics to state the order after the map"
            ]
        case .ambisonics(let stated):
            guard stated != found else { return [] }
            return ["expected \(stated.title) as configured, found \(found.title) in its header: read as configured"]
        case .capsules:
            return ["expected capsules as configured, found Ambisonics in its header, \(found.title): read as configured"]
        }
    }

    /// Reads the next frames.
    ///
    /// - Parameter samples: [frames, C].
    /// - Returns: the number of frames: as many as fit, fewer only at the end; 0 after the end.
    /// - Throws: `truncatedFile`.
    public func read(into samples: inout MutableSpan<Float>) throws(AudioError) -> Int {
        let (raw, chosen, channels) = (raw, chosen, channels)
        let wanted = min(samples.count / channels, frames - given)
        var filled = 0
        while filled < wanted {
            if pending.isEmpty {
                var span = raw.mutableSpan(0..<raw.count)
                let got = try reader.read(into: &span)
                var target = chosen.mutableSpan(0..<chosen.count)
                map.select(raw.span(0..<got * reader.channels), channels: reader.channels, into: &target)
                if let conversion { unsafe conversion.apply(to: UnsafeMutableBufferPointer(start: chosen.base, count: got * channels)) }
                pending = 0..<got
            }
            let isEnd = reader.position == reader.frames
            let progress = unsafe samples.withUnsafeMutableBufferPointer { buffer in
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: buffer[(filled * channels)..<(wanted * channels)])
                var span = unsafe rest.mutableSpan
                return resampler.process(
                    chosen.span(pending.lowerBound * channels..<pending.upperBound * channels), into: &span, isEnd: isEnd)
            }
            pending = pending.lowerBound + progress.consumed..<pending.upperBound
            filled += progress.produced
            if isEnd, pending.isEmpty, progress.produced == 0 { break }
        }
        // The resampler may end a frame short of the rounded length; the rest is silence.
        for index in filled * channels..<wanted * channels { samples[index] = 0 }
        given += wanted
        return wanted
    }

    /// Returns to the first frame.
    public func rewind() throws(AudioError) {
        try reader.seek(to: 0)
        resampler.reset()
        pending = 0..<0
        given = 0
    }
}
