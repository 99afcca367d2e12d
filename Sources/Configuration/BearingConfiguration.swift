public import Audio

/// Everything that `bearing run` may be told, validated and never changed afterwards.
public struct BearingConfiguration: Sendable, Hashable {
    /// `[input]`: what is heard.
    public struct Input: Sendable, Hashable {
        public var source = InputSource.alsa("default")
        /// What the four channels mean; nil: what the model was trained on.
        public var format: AudioFormat?
        /// Which four channels of the source are used; nil demands a source of exactly four.
        public var channels: ChannelMap?
        /// Whether a file begins again at its end.
        public var loop = true
    }

    /// `[model]`: what hears it.
    public struct Model: Sendable, Hashable {
        /// nil: the model that ships with the program.
        public var path: String?
    }

    /// `[socket]`: who is told.
    public struct Socket: Sendable, Hashable {
        /// nil: `SocketPath.standard`.
        public var path: String?
        /// Permission bits of the socket file.
        public var mode: UInt32 = 0o660
        /// Lines that wait for a slow subscriber before its oldest are dropped.
        public var queueLines = 100
        /// Seconds without reading after which a subscriber is disconnected.
        public var stallSeconds = 30.0
    }

    /// `[gate]`: when a source counts as one; nil: what the model file says.
    public struct Gate: Sendable, Hashable {
        public var openThreshold: Float?
        public var openBlocks: Int?
        public var stayThreshold: Float?
        public var coastBlocks: Int?
        public var jumpDegrees: Float?
        public var duplicateDegrees: Float?
        public var smoothing: Float?
    }

    /// `[realtime]`: how the audio threads run.
    public struct Realtime: Sendable, Hashable {
        /// Whether to ask for SCHED_FIFO and locked memory; refused, the daemon warns and runs on.
        public var enabled = true
        /// Priority of the capture thread under SCHED_FIFO, 1...99; analysis runs one below.
        public var priority = 50
    }

    /// `[log]`
    public struct Log: Sendable, Hashable {
        public var level = Level.info

        public enum Level: String, Sendable, Hashable, CaseIterable { case debug, info, warning, error }
    }

    public var input = Input()
    public var model = Model()
    public var socket = Socket()
    public var gate = Gate()
    public var realtime = Realtime()
    public var log = Log()

    public init() {}
}
