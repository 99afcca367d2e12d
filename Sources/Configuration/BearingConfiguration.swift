public import Audio
public import Geometry
public import TrackFeed
public import Tracking

/// All settings of `bearing run`, validated and immutable.
public struct BearingConfiguration: Sendable, Hashable {
    /// `[input]`: the source of audio and the meaning of its channels.
    public struct Input: Sendable, Hashable {
        public var source = InputSource.alsa("default")
        /// The meaning of the channels; nil: the format that the model was trained on.
        public var format: AudioFormat?
        /// The channels of the source to use; nil requires a source with exactly as many as the format or the array has.
        public var channels: ChannelMap?
        /// The array of `mic` and `aformat`: the path of an array file, or the name of one that ships with the program; nil:
        /// the array that the model was trained on.
        public var array: String?
        /// Order and scaling of the channels of `foa`; nil: as the file's header declares, else AmbiX.
        public var ambisonics: AmbisonicConvention?
        /// Whether a file restarts at its end.
        public var loop = true
    }

    /// `[mounting]`: the array's rotation relative to the world's axes, degrees, as `Rotation(yaw:pitch:roll:)` defines it.
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

    /// `[socket]`: the addresses of the track feed, and access to it.
    public struct Socket: Sendable, Hashable {
        /// Addresses for subscribers; nil: `SocketPath.standard`.
        public var addresses: [FeedAddress]?
        /// Access to a socket file.
        public var access = FeedAccess()
        /// Limits of the number and the delay of subscribers.
        public var limits = FeedLimits()

        /// Address for subscribers.
        public var places: [FeedAddress] { addresses ?? [.path(SocketPath.standard)] }
    }

    /// `[record]`: recordings of audio and tracks.
    public struct Record: Sendable, Hashable {
        /// The folder; nil disables recording.
        public var path: String?
        /// Seconds of each file.
        public var fileSeconds = 60
        /// Maximum size of all files together, in megabytes (10^6 bytes); the oldest are deleted.
        public var limitMegabytes = 2000
    }

    /// `[realtime]`: scheduling of the audio threads.
    public struct Realtime: Sendable, Hashable {
        /// Whether to request SCHED_FIFO and locked memory; if refused, the daemon warns and continues.
        public var enabled = true
        /// Priority of the capture thread under SCHED_FIFO, 1...99; analysis runs one below.
        public var priority = 50
        /// Milliseconds of a device's period: how often the capture thread wakes.
        public var periodMilliseconds = 10
    }

    /// `[log]`
    public struct Log: Sendable, Hashable {
        public var level = Level.info

        public enum Level: String, Sendable, Hashable, CaseIterable { case debug, info, warning, error }
    }

    /// The file that it was read from, for messages; nil without a file.
    public var file: String?
    public var input = Input()
    public var mounting = Mounting()
    /// `[[ignore]]`: sectors whose tracks are not reported, in the world's axes.
    public var ignored: [Sector] = []
    public var model = Model()
    public var socket = Socket()
    /// `[gate]`: settings that replace those of the model file.
    public var gate: [GateKey: Float] = [:]
    public var record = Record()
    public var realtime = Realtime()
    public var log = Log()

    public init() {}

    /// The rotation from the array's directions to the reported ones.
    public var viewpoint: Viewpoint {
        Viewpoint(mounting: Rotation(yaw: mounting.yaw, pitch: mounting.pitch, roll: mounting.roll), ignored: ignored)
    }
}
