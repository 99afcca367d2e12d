import CRealtime
import Glibc

/// Wakes a thread that sleeps or polls: an eventfd, which signals of any number turn into one wake-up.
public final class WakeEvent: Sendable {
    /// Readable while signalled, for the caller's own `poll`.
    public let descriptor: Int32

    public init() {
        descriptor = bearing_event_open()
        precondition(descriptor >= 0, "no file descriptor left for an event: raise RLIMIT_NOFILE")
    }

    deinit { close(descriptor) }

    /// From any thread; never blocks.
    public func signal() { bearing_event_signal(descriptor) }

    /// Takes the signals so far. Clear first, then look for work: a later signal is then never lost.
    public func clear() { bearing_event_clear(descriptor) }

    /// Sleeps until signalled or until the monotonic clock reaches a deadline.
    ///
    /// - Parameter deadline: nanoseconds of `MonotonicTime`.
    /// - Returns: whether it was signalled; the signal stays until `clear`.
    public func wait(until deadline: Int64) -> Bool { bearing_event_wait(descriptor, deadline) == 1 }
}
