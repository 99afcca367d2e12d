public import Audio
public import Geometry
public import TrackFeed
public import Tracking

/// All settings of `bearing run`, validated and never changed afterwards.
public struct BearingConfiguration: Sendable, Hashable {
    /// `[input]`: the source of audio and the meaning of its channels.
    public struct Input: Sendable, Hashable {
        public var source = InputSource.alsa("default")
        /// What the four channels mean; nil: what the model was trained on.
        public var format: AudioFormat?
        /// Which four channels of the source are used; nil demands a source of exactly four.
        public var channels: ChannelMap?
        /// Which capsules the channels of `mic` and `aformat` are: the path of an array file, or the name of one that ships with the
        /// program; nil: those that the model was trained on.
        public var array: String?
        /// Order and scaling of the channels of `foa`; nil: what a file's header says, else AmbiX.
        public var ambisonics: AmbisonicConvention?
        /// Whether a file begins again at its end.
        public var loop = true
    }

    /// `[mounting]`: the array's rotation against the world's axes, degrees, as `Rotation(yaw:pitch:roll:)` defines it.
    public struct Mounting: Sendable, Hashable {
        public var yaw: Float = 0
        public var pitch: Float = 0
        public var roll: Float = 0
    }

    /// `[model]`: the network.
    public struct Model: Sendable, Hashable {
        /// nil: the model that ships with the program.
        public var path: String?
    }

    /// `[socket]`: where and by whom tracks may be read.
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

    /// `[record]`: what is kept of audio and tracks.
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
    /// `[[ignore]]`: directions that are not reported, in the world's axes.
    public var ignored: [Sector] = []
    public var model = Model()
    public var socket = Socket()
    /// `[gate]`: settings that replace those of the model file.
    public var gate: [GateKey: Float] = [:]
    public var record = Record()
    public var realtime = Realtime()
    public var log = Log()

    public init() {}

    /// From the array's directions to the reported ones.
    public var viewpoint: Viewpoint {
        Viewpoint(mounting: Rotation(yaw: mounting.yaw, pitch: mounting.pitch, roll: mounting.roll), ignored: ignored)
    }
}
