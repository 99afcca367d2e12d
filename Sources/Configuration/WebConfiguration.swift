public import TrackFeed

/// All settings of `bearing web`.
public struct WebConfiguration: Sendable, Hashable {
    public var listen = WebAddress.standard
    /// The daemon's socket; nil: the default places.
    public var socket: FeedAddress?
    /// A broker of MQTT, whose nodes are shown instead of a daemon; without one: a daemon.
    public var access = MQTTAccess()
    /// The file of the token that every request must contain; nil: no token, allowed with a loopback address only.
    public var tokenFile: String?
    /// Allowed host names in requests, besides localhost, the machine's own name and addresses.
    public var names: [String] = []
    /// Maximum number of connections.
    public var connections = 64
    /// Minutes of past tracks that a new page receives.
    public var historyMinutes = 10
    public var log = BearingConfiguration.Log()

    public init() {}
}
