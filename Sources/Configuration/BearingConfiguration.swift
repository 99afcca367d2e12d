public import Audio
public import Geometry
public import TrackFeed
public import Tracking

/// Everything that `bearing run` may be told, validated and never changed afterwards.
public struct BearingConfiguration: Sendable, Hashable {
    /// `[input]`: what is heard.
    public struct Input: Sendable, Hashable {
        public var source = InputSource.alsa("default")
        /// What the four channels mean; nil: what the model was trained on.
        public var format: AudioFormat?
        /// Which four channels of the source are used; nil demands a source of exactly four.
        public var channels: ChannelMap?
        /// Which capsules the channels of `mic` and `aformat` are: the path of an array file, or the name of one that ships with the
        /// program; nil: those that the model was trained on.
        public var array: String?
        /// Order and scaling of the channels of `foa`.
        public var ambisonics = AmbisonicConvention.ambix
        /// Whether a file begins again at its end.
        public var loop = true
    }

    /// `[mounting]`: how the array is turned against the world's axes, in degrees; `Rotation(yaw:pitch:roll:)` says about what.
    public struct Mounting: Sendable, Hashable {
        public var yaw: Float = 0
        public var pitch: Float = 0
        public var roll: Float = 0
    }

    /// `[model]`: what hears it.
    public struct Model: Sendable, Hashable {
        /// nil: the model that ships with the program.
        public var path: String?
    }

    /// `[socket]`: who is told.
    public struct Socket: Sendable, Hashable {
        /// Where subscribers connect; nil: at `SocketPath.standard`.
        public var addresses: [FeedAddress]?
        /// Who may, through a socket file.
        public var access = FeedAccess()
        /// How many, and how slow they may be.
        public var limits = FeedLimits()

        /// Where subscribers connect.
        public var places: [FeedAddress] { addresses ?? [.path(SocketPath.standard)] }
    }

    /// `[gate]`: when a source counts as one; nil: what the model file says.
    public struct Gate: Sendable, Hashable {
        public var openThreshold: Float?
        public var openBlocks: Int?
        public var stayThreshold: Float?
        public var coastBlocks: Int?
        public var recallBlocks: Int?
        public var jumpDegrees: Float?
        public var duplicateDegrees: Float?
        public var smoothing: Float?
        public var refinement: Float?
    }

    /// `[record]`: what is kept of all that is heard and told.
    public struct Record: Sendable, Hashable {
        /// The folder; nil keeps nothing.
        public var path: String?
        /// Seconds of each file.
        public var fileSeconds = 60
        /// Megabytes (10^6 bytes) of all files together; the oldest go.
        public var limitMegabytes = 2000
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

    /// The file that it was read from, for messages; nil where there is none.
    public var file: String?
    public var input = Input()
    public var mounting = Mounting()
    /// `[[ignore]]`: in the world's axes, directions that are not told.
    public var ignored: [Sector] = []
    public var model = Model()
    public var socket = Socket()
    public var gate = Gate()
    public var record = Record()
    public var realtime = Realtime()
    public var log = Log()

    public init() {}

    /// From the array's directions to those that are told.
    public var viewpoint: Viewpoint {
        Viewpoint(mounting: Rotation(yaw: mounting.yaw, pitch: mounting.pitch, roll: mounting.roll), ignored: ignored)
    }
}
