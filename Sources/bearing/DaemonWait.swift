import Glibc
import Platform
import Subscription

/// The pauses of a command that waits for a daemon, with one line for each new reason.
struct DaemonWait {
    private var wait: FeedWait

    init(place: String) { wait = FeedWait(place: place) }

    /// Prints the reason if it is new, and waits.
    /// - Parameter deadline: seconds of `MonotonicTime` at which the wait ends at the latest.
    mutating func pass(_ reason: FeedWait.Reason, until deadline: Double?) {
        let (isNews, pause) = wait.failed(reason)
        if isNews { Console.note(wait.line(reason)) }
        let seconds = min(pause, deadline.map { max(0, $0 - MonotonicTime.seconds) } ?? pause)
        usleep(UInt32(seconds * 1e6))
    }
}
