import Geometry
public import Tracking

/// What stands in the first line that a subscriber reads.
public struct FeedHello: Sendable, Hashable {
    public static let protocolVersion = 1

    /// The program and its version.
    public var name: String
    /// Input format, as in the command line: `foa`, `mic`, `aformat`.
    public var format: String
    /// Which audio is heard, as in the command line: `alsa:hw:1`, `file:PATH`, `demo`.
    public var source: String
    public var maximumTracks: Int
    /// Milliseconds from a sound to the line that tells it, computation aside: block, look-ahead, resampling.
    public var latencyMilliseconds: Double

    public init(name: String, format: String, source: String, maximumTracks: Int, latencyMilliseconds: Double) {
        self.name = name
        self.format = format
        self.source = source
        self.maximumTracks = maximumTracks
        self.latencyMilliseconds = latencyMilliseconds
    }
}

/// One block on its way to the subscribers.
public struct FeedBlock: Sendable {
    /// Counts every block that the daemon analysed; never skips at the source.
    public var sequence: Int
    /// Unix seconds, by the capture clock, of the end of the block that the tracks describe.
    public var time: Double
    public var tracks: BlockTracks

    public init(sequence: Int, time: Double, tracks: BlockTracks) {
        self.sequence = sequence
        self.time = time
        self.tracks = tracks
    }
}

/// The daemon's state of health, as a status line tells it.
public struct FeedStatus: Sendable, Hashable {
    /// What the capture is doing: `opening`, `running`, `lost` (and trying again), `ended`, `stopped`.
    public var state: String
    /// Times that the device overran, since the start.
    public var overruns: Int
    /// Blocks (100 ms) of audio or of tracks that were lost inside the daemon, since the start.
    public var droppedBlocks: Int
    /// Blocks analysed since the start.
    public var blocks: Int
    /// Share of real time that the analysis thread computes, 0...1.
    public var load: Double
    /// Root mean square of each input channel over the last block, dB below full scale.
    public var levels: [Double]
    /// Seconds since the start.
    public var uptime: Double

    public init(
        state: String, overruns: Int = 0, droppedBlocks: Int = 0, blocks: Int = 0, load: Double = 0,
        levels: [Double] = [], uptime: Double = 0
    ) {
        self.state = state
        self.overruns = overruns
        self.droppedBlocks = droppedBlocks
        self.blocks = blocks
        self.load = load
        self.levels = levels
        self.uptime = uptime
    }

    /// Whether a line is due at once: what changes between the two is more than time passing.
    func differs(from other: FeedStatus) -> Bool {
        state != other.state || overruns != other.overruns || droppedBlocks != other.droppedBlocks
    }
}

/// The lines of the protocol: one JSON object each.
struct TrackMessage {
    static let axes = "x front, y left, z up"
    static let periodMilliseconds = 100
    private static let blocksPerSecond = 10.0

    private var line = JSONLine()
    /// The line that was encoded last, its newline included.
    var bytes: [UInt8] { line.bytes }

    mutating func encode(_ hello: FeedHello) {
        line.begin()
        line.field("type", "hello")
        line.field("protocol", FeedHello.protocolVersion)
        line.field("name", hello.name)
        line.field("format", hello.format)
        line.field("source", hello.source)
        line.field("max_tracks", hello.maximumTracks)
        line.field("period_ms", Self.periodMilliseconds)
        line.field("latency_ms", hello.latencyMilliseconds, decimals: 1)
        line.field("axes", Self.axes)
        line.end()
    }

    mutating func encode(_ block: FeedBlock) {
        line.begin()
        line.field("type", "tracks")
        line.field("seq", block.sequence)
        line.field("time", block.time, decimals: 4)
        line.openArray("tracks")
        for i in 0..<block.tracks.count {
            let track = block.tracks[i]
            line.openObject()
            line.field("id", track.id)
            line.field("azimuth", Double(track.direction.azimuth), decimals: 2)
            line.field("elevation", Double(track.direction.elevation), decimals: 2)
            line.field("x", Double(track.direction.x), decimals: 4)
            line.field("y", Double(track.direction.y), decimals: 4)
            line.field("z", Double(track.direction.z), decimals: 4)
            line.field("activity", Double(track.activity), decimals: 3)
            line.field("age", Double(track.age) / Self.blocksPerSecond, decimals: 1)
            line.closeObject()
        }
        line.closeArray()
        line.end()
    }

    /// - Parameters: `time` in Unix seconds; `subscribers` that are connected now.
    mutating func encode(_ status: FeedStatus, time: Double, subscribers: Int) {
        line.begin()
        line.field("type", "status")
        line.field("time", time, decimals: 4)
        line.field("state", status.state)
        line.field("overruns", status.overruns)
        line.field("dropped_blocks", status.droppedBlocks)
        line.field("blocks", status.blocks)
        line.field("load", status.load, decimals: 4)
        line.openArray("level_dbfs")
        for level in status.levels { line.element(level, decimals: 1) }
        line.closeArray()
        line.field("subscribers", subscribers)
        line.field("uptime", status.uptime, decimals: 1)
        line.end()
    }
}
