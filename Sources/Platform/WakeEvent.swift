import CRealtime
import Glibc

/// Wakes a thread that sleeps or polls: an eventfd that merges any number of signals into one wake-up.
public final class WakeEvent: Sendable {
    /// Readable while signalled, for the caller's own `poll`.
    public let descriptor: Int32

    public init() {
        descriptor = bearing_event_open()
        precondition(descriptor >= 0, "eventfd failed for lack of file descriptors: raise RLIMIT_NOFILE")
    }

    deinit { close(descriptor) }

    /// Callable from any thread; never blocks.
    public func signal() { bearing_event_signal(descriptor) }

    /// Clears all signals so far. Clear first, then look for work, so that no later signal is lost.
    public func clear() { bearing_event_clear(descriptor) }

    /// Sleeps until signalled or until the monotonic clock reaches a deadline.
    ///
    /// - Parameter deadline: nanoseconds of `MonotonicTime`.
    /// - Returns: whether it was signalled; the signal stays until `clear`.
    public func wait(until deadline: Int64) -> Bool { bearing_event_wait(descriptor, deadline) == 1 }
}
