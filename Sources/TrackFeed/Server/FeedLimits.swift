/// How much the feed bears from its subscribers.
public struct FeedLimits: Sendable, Hashable {
    /// Connections at once; whoever comes then is refused: closed without a line, and counted.
    public var subscribers = 4096
    /// Connections beyond these for the user who runs the daemon and for root.
    public var reserved = 8
    /// Lines that wait for a slow subscriber; then its oldest are dropped.
    public var queuedLines = 100
    /// Seconds without reading after which a subscriber is disconnected.
    public var stallSeconds = 30.0
    /// Seconds from one status line to the next.
    public var statusSeconds = 1.0
    /// Bytes that the kernel keeps for each subscriber on top of the queue.
    public var sendBuffer = 16_384

    public init() {}
}
