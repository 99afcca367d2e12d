/// When the log tells that subscribers were refused: at once, then at most once a minute, however many come.
struct LogThrottle {
    private var told = 0
    private var due: Int64 = .min
    private static let pause: Int64 = 60_000_000_000

    /// - Parameters:
    ///   - count: subscribers refused since the start.
    ///   - now: monotonic nanoseconds.
    /// - Returns: how many to tell of; nil when there is nothing to tell yet.
    mutating func news(count: Int, now: Int64) -> Int? {
        guard count > told, now >= due else { return nil }
        defer { (told, due) = (count, now + Self.pause) }
        return count - told
    }
}
