/// The daemon's state of health, as a status line tells it.
public struct FeedStatus: Sendable, Hashable {
    /// How often something happened, since the start.
    public struct Count: Sendable, Hashable {
        /// Its key in the status line: lower-case letters and underscores.
        public var name: String
        public var count: Int
        /// Whether a line is due at once when it grows; what some devices do all the time waits for the next one.
        public var isUrgent: Bool

        public init(_ name: String, _ count: Int, isUrgent: Bool = true) {
            self.name = name
            self.count = count
            self.isUrgent = isUrgent
        }
    }

    /// What the capture is doing: `opening`, `running`, `lost` (and trying again), `ended`, `stopped`.
    public var state: String
    /// The latest fault of the capture in words; nil without one.
    public var error: String?
    /// What befell the capture: overruns and their like.
    public var events: [Count]
    /// Parts per million by which the device's clock is fast; 0 while that is not known.
    public var drift = 0.0
    /// 24 kHz frames captured since the start, those included that found no room.
    public var frames: Int
    /// Frames that found no room before the analysis.
    public var droppedFrames: Int
    /// Blocks of tracks that found no room after the analysis.
    public var lostBlocks: Int
    /// Blocks analysed since the start.
    public var blocks: Int
    /// Times that the network began anew because a number in it was not finite.
    public var networkResets = 0
    /// What is wrong with the channels now, a line each.
    public var warnings: [String] = []
    /// Share of real time that the analysis thread computes, 0...1.
    public var load: Double
    /// Root mean square of each input channel over the last block, dB below full scale.
    public var levels: [Double]
    /// Seconds since the start.
    public var uptime: Double

    public init(
        state: String, error: String? = nil, events: [Count] = [], frames: Int = 0, droppedFrames: Int = 0,
        lostBlocks: Int = 0, blocks: Int = 0, load: Double = 0, levels: [Double] = [], uptime: Double = 0
    ) {
        self.state = state
        self.error = error
        self.events = events
        self.frames = frames
        self.droppedFrames = droppedFrames
        self.lostBlocks = lostBlocks
        self.blocks = blocks
        self.load = load
        self.levels = levels
        self.uptime = uptime
    }

    /// Times that the device overran.
    var overruns: Int { events.first { $0.name == "overruns" }?.count ?? 0 }

    /// Blocks (100 ms) of audio or of tracks that were lost inside the daemon.
    var droppedBlocks: Int { droppedFrames / Self.framesPerBlock + lostBlocks }

    private static let framesPerBlock = 2400

    /// Whether a line is due at once: what changes between the two is more than time passing.
    func differs(from other: FeedStatus) -> Bool {
        state != other.state || droppedBlocks != other.droppedBlocks
            || warnings != other.warnings || networkResets != other.networkResets
            || events.filter(\.isUrgent) != other.events.filter(\.isUrgent)
    }
}

/// What the server knows of its subscribers.
struct FeedAudience: Sendable, Hashable {
    /// Connected now.
    var connected = 0
    /// Connections that were served since the start, those now included.
    var served = 0
    /// Of these, disconnected because they read nothing for too long.
    var stalled = 0
    /// Lines that subscribers were too slow for.
    var droppedLines = 0
}
