/// Pauses between attempts to reach a daemon, longer after each failure, and the failures to report.
package struct FeedWait: Sendable {
    /// Why there is no connection.
    package enum Reason: Sendable, Hashable {
        /// No process serves the address.
        case absent
        /// A daemon reported tracks and closed the connection.
        case left
        /// The connection is closed before the first block.
        case turnedAway
        /// The server sends more than a line may contain.
        case endless
        /// The server sends nothing, or has stopped sending.
        case silent
        /// The server is not a daemon of this program, or is not trusted: the text says what was expected and found.
        case foreign(String)
    }

    package let place: String
    private var latest: Reason?
    private var pause = Self.shortest

    /// In seconds.
    private static let shortest = 0.2
    private static let longest = 2.0

    package init(place: String) { self.place = place }

    /// Records a failed attempt.
    /// - Returns: whether its reason differs from that of the previous attempt, and the seconds to wait.
    package mutating func failed(_ reason: Reason) -> (isNews: Bool, seconds: Double) {
        defer {
            latest = reason
            pause = min(2 * pause, Self.longest)
        }
        if reason == .left { pause = Self.shortest }
        return (latest != reason, pause)
    }

    /// Clears earlier failures, since a daemon was reached.
    package mutating func reached() { (latest, pause) = (nil, Self.shortest) }

    /// One line: expected, found, what happens next.
    package func line(_ reason: Reason) -> String {
        switch reason {
        case .absent: "expected a daemon at \(place), found none: waiting for `bearing run`"
        case .left: "the daemon at \(place) closed the connection; waiting for it"
        case .turnedAway:
            "expected tracks from \(place), found the connection closed: it has reached its limit of subscribers (`subscribers` in [socket]), is ending, or is "
                + "not a daemon; trying again"
        case .endless: "expected a daemon at \(place), found 1 MiB without a line end: trying again; check --socket"
        case .silent: "expected lines from \(place), found silence: it hangs, or is not a daemon; trying again"
        case .foreign(let what): "\(place): \(what); trying again"
        }
    }
}
