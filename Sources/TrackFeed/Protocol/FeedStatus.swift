import Signal

/// The daemon's status, the content of a status line.
public struct FeedStatus: Sendable, Hashable {
    /// The number of events of a kind, since the start.
    public struct Count: Sendable, Hashable {
        /// Its key in the status line: lower-case letters and underscores.
        public var name: String
        public var count: Int
        /// Whether a new event causes a line at once; frequent events of some devices wait for the next line.
        public var isUrgent: Bool

        public init(_ name: String, _ count: Int, isUrgent: Bool = true) {
            self.name = name
            self.count = count
            self.isUrgent = isUrgent
        }
    }

    /// The state of the capture: `opening`, `running`, `lost` (and retrying), `ended`, `stopped`.
    public var state: String
    /// The latest fault of the capture in words; nil without one.
    public var error: String?
    /// Capture event counters, such as overruns.
    public var events: [Count]
    /// Deviation of the device's clock in parts per million, positive if fast; 0 while unknown.
    public var drift = 0.0
    /// 24 kHz frames captured since the start, including dropped ones.
    public var frames: Int
    /// Frames dropped before the analysis, because the ring was full.
    public var droppedFrames: Int
    /// Blocks of tracks dropped after the analysis, because the mailbox was full.
    public var lostBlocks: Int
    /// Blocks analysed since the start.
    public var blocks: Int
    /// Resets of the network because a value in it was not finite.
    public var networkResets = 0
    /// Present faults of the channels, a line each.
    public var warnings: [String] = []
    /// Computing time of the analysis thread as a share of real time, 0...1.
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

    /// Number of overruns of the device.
    var overruns: Int { events.first { $0.name == "overruns" }?.count ?? 0 }

    /// Blocks (100 ms) of audio or of tracks that were lost inside the daemon.
    var droppedBlocks: Int { droppedFrames / FrameLayout.samplesPerBlock + lostBlocks }

    /// Whether a line is due at once: more than time and totals has changed.
    func differs(from other: FeedStatus) -> Bool {
        state != other.state || droppedBlocks != other.droppedBlocks
            || warnings != other.warnings || networkResets != other.networkResets
            || events.filter(\.isUrgent) != other.events.filter(\.isUrgent)
    }
}

/// The server's counts of its subscribers.
struct FeedAudience: Sendable, Hashable {
    /// Connected now.
    var connected = 0
    /// Connections served since the start, including the present ones.
    var served = 0
    /// Subscribers, of these, that were disconnected because they did not read.
    var stalled = 0
    /// Lines dropped because subscribers were too slow.
    var droppedLines = 0
}
