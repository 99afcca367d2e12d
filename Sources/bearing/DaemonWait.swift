import Glibc
import Platform

/// The pauses between attempts to reach a daemon, ever longer while they fail, and a line for each change of what stands in the way.
struct DaemonWait {
    enum Reason {
        /// Nobody serves the place.
        case nobody
        /// A daemon told tracks and went away.
        case left
        /// Whoever is there closes the connection before the first block.
        case turnedAway
        /// What is there sends more than a line can hold.
        case endless
    }

    let place: String
    private var told: Reason?
    private var pause = Self.shortest

    /// Seconds.
    private static let shortest = 0.2
    private static let longest = 2.0

    init(place: String) { self.place = place }

    /// Says why, once, and waits.
    /// - Parameter deadline: seconds of `MonotonicTime` at which the wait ends at the latest.
    mutating func pass(_ reason: Reason, until deadline: Double?) {
        if told != reason { Console.note(line(reason)) }
        told = reason
        if reason == .left { pause = Self.shortest }
        let seconds = min(pause, deadline.map { max(0, $0 - MonotonicTime.seconds) } ?? pause)
        usleep(UInt32(seconds * 1e6))
        pause = min(2 * pause, Self.longest)
    }

    private func line(_ reason: Reason) -> String {
        switch reason {
        case .nobody: "expected a daemon at \(place), found none: waiting for `bearing run`"
        case .left: "the daemon at \(place) went away; waiting for it"
        case .turnedAway:
            "expected tracks from \(place), found the connection closed: its places are taken (`subscribers` in [socket]), it is ending, or it is "
                + "no daemon; trying again"
        case .endless: "expected a daemon at \(place), found a mebibyte without an end of line: trying again; its --socket may be another"
        }
    }
}
