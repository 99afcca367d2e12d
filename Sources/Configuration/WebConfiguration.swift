public import TrackFeed

/// All settings of `bearing web`.
public struct WebConfiguration: Sendable, Hashable {
    public var listen = WebAddress.standard
    /// The daemon's socket; nil: the default places.
    public var socket: FeedAddress?
    /// The file of the token that every request must have; nil: none, which only a loopback address may have.
    public var tokenFile: String?
    /// Host names, besides localhost, the machine's own and addresses, under which browsers may ask.
    public var names: [String] = []
    /// Connections at once.
    public var connections = 64
    /// Minutes of tracks that a page gets when it is opened.
    public var historyMinutes = 10
    public var log = BearingConfiguration.Log()

    public init() {}

    /// Options of the command line over a file.
    public struct Options: Sendable {
        public var listen, socket, tokenFile: String?

        public init(listen: String? = nil, socket: String? = nil, tokenFile: String? = nil) {
            self.listen = listen
            self.socket = socket
            self.tokenFile = tokenFile
        }
    }
}
