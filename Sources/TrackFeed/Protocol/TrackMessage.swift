public import Geometry
import JSON
import Signal
public import Tracking

/// The content of the first line that a subscriber reads.
public struct FeedHello: Sendable, Hashable {
    public static let protocolVersion = 1

    /// The program and its version.
    public var name: String
    /// Input format, as in the command line: `foa`, `mic`, `aformat`.
    public var format: String
    /// The source of audio, as in the command line: `alsa:hw:1`, `file:PATH`, `demo`.
    public var source: String
    public var maximumTracks: Int
    /// The meaning of its tracks' elevations.
    public var elevation = ElevationSense.signed
    /// The model file; nil without a model.
    public var model: String?
    /// Milliseconds from a sound to the line that reports it, without computation: block, look-ahead, resampling.
    public var latencyMilliseconds: Double
    /// The contribution of each stage; nil if unknown.
    public var latency: FeedLatency?
    /// The negotiated parameters of the device in words; nil for other sources.
    public var capture: String?

    public init(
        name: String, format: String, source: String, model: String? = nil, maximumTracks: Int, latencyMilliseconds: Double
    ) {
        self.name = name
        self.format = format
        self.source = source
        self.model = model
        self.maximumTracks = maximumTracks
        self.latencyMilliseconds = latencyMilliseconds
    }
}

/// Milliseconds that each stage adds between a sound and its line.
public struct FeedLatency: Sendable, Hashable {
    public var block = Double(FrameLayout.blockMilliseconds)
    public var lookAhead = 0.0
    public var resampler = 0.0
    public var encoder = 0.0

    public init(lookAhead: Double, resampler: Double, encoder: Double) {
        self.lookAhead = lookAhead
        self.resampler = resampler
        self.encoder = encoder
    }

    public var sum: Double { block + lookAhead + resampler + encoder }
}

/// The tracks of one block, for the subscribers.
public struct FeedBlock: Sendable {
    /// Number of the analysed block; the daemon never skips one.
    public var sequence: Int
    /// Unix seconds, by the capture clock, of the end of the block that the tracks describe.
    public var time: Double
    /// The same moment in nanoseconds of the monotonic clock; nil if unknown, and then no latency is counted.
    public var ended: Int64?
    public var tracks: BlockTracks

    public init(sequence: Int, time: Double, ended: Int64? = nil, tracks: BlockTracks) {
        self.sequence = sequence
        self.time = time
        self.ended = ended
        self.tracks = tracks
    }
}

/// The lines of the protocol: one JSON object each.
package struct TrackMessage {
    static let axes = "x front, y left, z up"

    var line = JSONWriter()
    /// The most recently encoded line, including its newline.
    package var bytes: [UInt8] { line.bytes }

    package init() {}

    mutating func encode(_ hello: FeedHello) {
        line.begin()
        line.field("type", "hello")
        line.field("protocol", FeedHello.protocolVersion)
        line.field("name", hello.name)
        line.field("format", hello.format)
        line.field("source", hello.source)
        if let model = hello.model { line.field("model", model) }
        line.field("max_tracks", hello.maximumTracks)
        line.field("period_ms", FrameLayout.blockMilliseconds)
        line.field("latency_ms", hello.latencyMilliseconds, decimals: 1)
        if let latency = hello.latency {
            line.field("block_ms", latency.block, decimals: 1)
            line.field("look_ahead_ms", latency.lookAhead, decimals: 1)
            line.field("resampler_ms", latency.resampler, decimals: 2)
            line.field("encoder_ms", latency.encoder, decimals: 2)
        }
        if let capture = hello.capture { line.field("capture", capture) }
        line.field("axes", Self.axes)
        line.field("elevation", hello.elevation.rawValue)
        line.endLine()
    }

    /// The line after hello and status for a client that exceeds the limit of subscribers; the connection ends with it.
    mutating func encodeRefusal(places: Int) {
        line.begin()
        line.field("type", "refused")
        line.field("reason", "all places for subscribers are taken")
        line.field("places", places)
        line.endLine()
    }

    package mutating func encode(_ block: FeedBlock) {
        line.begin()
        line.field("type", "tracks")
        line.field("seq", block.sequence)
        line.field("time", block.time, decimals: 4)
        line.openArray("tracks")
        for i in 0..<block.tracks.count { line.track(block.tracks[i], hasVector: true) }
        line.closeArray()
        line.endLine()
    }
}
