import Synchronization

/// Where a server listens, and how many it serves.
extension TrackServer {
    /// Whether a server could be made there, as far as can be told without making one; an address that another serves
    /// counts as good.
    /// - Returns: what an administrator should know, or nil.
    public static func check(_ address: FeedAddress, access: FeedAccess = .init()) throws(FeedError) -> String? {
        try Listener.check(address, access: access)
    }

    /// Where subscribers connect, each with what an administrator should know about it.
    public var places: [(address: FeedAddress, isPassed: Bool, warning: String?)] {
        listeners.map { ($0.address, $0.isPassed, $0.warning) }
    }

    var listenerDescriptors: [Int32] { listeners.map(\.descriptor) }

    /// The places in one line of a log.
    public var summary: String {
        listeners.map { $0.isPassed ? "\($0.address) (from systemd)" : $0.address.description }.joined(separator: ", ")
    }

    /// Subscribers that are connected now.
    public var subscriberCount: Int { connected.load(ordering: .relaxed) }

    /// Connections that found `limits.subscribers` others, since the start.
    public var refusedCount: Int { refused.load(ordering: .relaxed) }

    /// Socket files that somebody removed and that were made again, since the start.
    public var renewedCount: Int { renewed.load(ordering: .relaxed) }

    /// Whether a socket file is gone, or another's, and cannot be made again: nobody new finds the daemon there.
    public var isCutOff: Bool { cutOff.load(ordering: .relaxed) }
}
