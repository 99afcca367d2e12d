import Synchronization

/// The addresses of a server, and its counts of subscribers.
extension TrackServer {
    /// Whether a server could listen there, as far as is known without listening; an address that is already served is
    /// accepted.
    /// - Returns: a warning for the administrator, or nil.
    public static func check(_ address: FeedAddress, access: FeedAccess = .init()) throws(FeedError) -> String? {
        try Listener.check(address, access: access)
    }

    /// The addresses for subscribers, each with a warning for the administrator, if any.
    public var places: [(address: FeedAddress, isPassed: Bool, warning: String?)] {
        listeners.map { ($0.address, $0.isPassed, $0.warning) }
    }

    var listenerDescriptors: [Int32] { listeners.map(\.descriptor) }

    /// The addresses in one line for the log.
    public var summary: String {
        listeners.map { $0.isPassed ? "\($0.address) (from systemd)" : $0.address.description }.joined(separator: ", ")
    }

    /// Number of connected subscribers.
    public var subscriberCount: Int { connected.load(ordering: .relaxed) }

    /// Connections refused because of the limits, since the start.
    public var refusedCount: Int { refused.load(ordering: .relaxed) }

    /// Socket files that were removed and created again, since the start.
    public var renewedCount: Int { renewed.load(ordering: .relaxed) }

    /// Whether a socket file is missing or replaced and cannot be created again, so that new clients cannot find the daemon.
    public var isCutOff: Bool { cutOff.load(ordering: .relaxed) }
}
