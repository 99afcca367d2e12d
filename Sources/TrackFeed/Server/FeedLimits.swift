/// Limits of the feed.
public struct FeedLimits: Sendable, Hashable {
    /// Connections at once; further ones are refused and counted.
    public var subscribers = 4096
    /// Connections beyond these for the user who runs the daemon and for root.
    public var reserved = 8
    /// Lines queued for a slow subscriber; when the queue is full, its oldest line is dropped.
    public var queuedLines = 100
    /// Seconds without reading after which a subscriber is disconnected.
    public var stallSeconds = 30.0
    /// Seconds from one status line to the next.
    public var statusSeconds = 1.0
    /// Size of the kernel's send buffer for each subscriber, in addition to the queue.
    public var sendBuffer = 16_384

    public init() {}
}
