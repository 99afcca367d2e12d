/// Limits log lines about refused subscribers: the first at once, then at most one per minute.
struct LogThrottle {
    private var logged = 0
    private var next: Int64 = .min
    private static let pause: Int64 = 60_000_000_000

    /// - Parameters:
    ///   - count: subscribers refused since the start.
    ///   - now: monotonic nanoseconds.
    /// - Returns: the number to log; nil if no line is due.
    mutating func due(count: Int, now: Int64) -> Int? {
        guard count > logged, now >= next else { return nil }
        defer { (logged, next) = (count, now + Self.pause) }
        return count - logged
    }
}
