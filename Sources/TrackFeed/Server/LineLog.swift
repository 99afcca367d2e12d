/// The latest lines of the feed, once for all subscribers: each keeps only the number of the line it reads next.
struct LineLog {
    private var lines: [[UInt8]]
    /// The number that the next line gets.
    private(set) var end: Int

    /// - Parameters:
    ///   - capacity: lines kept; whoever falls further behind loses the oldest.
    ///   - past: lines that count as sent already.
    init(capacity: Int, past: Int = 0) {
        precondition(capacity > 0, "a log keeps at least one line")
        lines = Array(repeating: [], count: capacity)
        end = past
    }

    /// The number of the oldest line that is still there.
    var start: Int { max(0, end - lines.count) }

    mutating func append(_ line: [UInt8]) {
        lines[end % lines.count] = line
        end += 1
    }

    /// Line `number`, `start` ..< `end`.
    subscript(_ number: Int) -> [UInt8] {
        precondition(number >= start && number < end, "the log has no such line")
        return lines[number % lines.count]
    }
}
