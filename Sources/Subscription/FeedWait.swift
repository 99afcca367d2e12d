/// The pauses between attempts to reach a daemon, longer while they fail, and which failures are news.
package struct FeedWait: Sendable {
    /// Why there is no connection.
    package enum Reason: Sendable, Hashable {
        /// Nobody serves the place.
        case nobody
        /// A daemon reported tracks and closed the connection.
        case left
        /// The connection is closed before the first block.
        case turnedAway
        /// The peer sends more than a line can hold.
        case endless
        /// The peer sends nothing, or nothing any more.
        case silent
        /// The peer is no daemon of this program, or one that is not trusted: what was expected and found.
        case foreign(String)
    }

    package let place: String
    private var latest: Reason?
    private var pause = Self.shortest

    /// Seconds.
    private static let shortest = 0.2
    private static let longest = 2.0

    package init(place: String) { self.place = place }

    /// Takes a failed attempt.
    /// - Returns: whether its reason differs from that of the attempt before, and the seconds to wait.
    package mutating func failed(_ reason: Reason) -> (isNews: Bool, seconds: Double) {
        defer {
            latest = reason
            pause = min(2 * pause, Self.longest)
        }
        if reason == .left { pause = Self.shortest }
        return (latest != reason, pause)
    }

    /// Forgets earlier failures, as a daemon has been reached.
    package mutating func reached() { (latest, pause) = (nil, Self.shortest) }

    /// One line: expected, found, what happens next.
    package func line(_ reason: Reason) -> String {
        switch reason {
        case .nobody: "expected a daemon at \(place), found none: waiting for `bearing run`"
        case .left: "the daemon at \(place) went away; waiting for it"
        case .turnedAway:
            "expected tracks from \(place), found the connection closed: its places are taken (`subscribers` in [socket]), it is ending, or it is "
                + "no daemon; trying again"
        case .endless: "expected a daemon at \(place), found a mebibyte without an end of line: trying again; its --socket may be another"
        case .silent: "expected lines from \(place), found silence: the daemon hangs, or it is no daemon; trying again"
        case .foreign(let what): "\(place): \(what); trying again"
        }
    }
}
