/// Limits log lines about refused subscribers: the first at once, then at most one per minute.
struct LogThrottle {
    private var told = 0
    private var due: Int64 = .min
    private static let pause: Int64 = 60_000_000_000

    /// - Parameters:
    ///   - count: subscribers refused since the start.
    ///   - now: monotonic nanoseconds.
    /// - Returns: the number to log; nil if no line is due.
    mutating func news(count: Int, now: Int64) -> Int? {
        guard count > told, now >= due else { return nil }
        defer { (told, due) = (count, now + Self.pause) }
        return count - told
    }
}
