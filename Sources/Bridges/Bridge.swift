package import Subscription

/// What takes tracks to another program's protocol, on a thread of its own.
package protocol Bridge: Sendable {
    func start()
    /// Ends within a second.
    func stop()
    /// Takes what the subscription to the daemon reports; never blocks.
    func take(_ event: FeedSubscription.Event)
}
