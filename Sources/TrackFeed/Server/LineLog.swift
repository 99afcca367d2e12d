/// The latest lines of the feed, stored once for all subscribers. A subscriber stores only the number of its next line.
struct LineLog {
    private var lines: [[UInt8]]
    /// The number of the next line.
    private(set) var end: Int

    /// - Parameters:
    ///   - capacity: lines kept; a slower subscriber loses the oldest.
    ///   - past: lines that count as already sent.
    init(capacity: Int, past: Int = 0) {
        precondition(capacity > 0, "a log keeps at least one line")
        lines = Array(repeating: [], count: capacity)
        end = past
    }

    /// The number of the oldest stored line.
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
