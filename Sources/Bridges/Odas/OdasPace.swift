/// When messages are due: ODAS sends one for each hop of 128 samples at 16 kHz, so a block of 100 ms is 12 or 13 of them.
package struct OdasPace {
    /// Nanoseconds from a message to the next.
    package static let hop: Int64 = 8_000_000

    /// Messages before a block, by its number: 12.5 a block, rounded down.
    package static func messages(before block: Int) -> Int { 25 * block / 2 }

    private var block: Int?
    private var began: Int64 = 0
    private var sent = 0

    package init() {}

    /// The messages of the present block that are still to be sent.
    package var left: Int { block.map { Self.messages(before: $0 + 1) - Self.messages(before: $0) - sent } ?? 0 }

    /// When the next one is due, nanoseconds of the monotonic clock; nil until the next block.
    package var due: Int64? { left > 0 ? began + Int64(sent) * Self.hop : nil }

    package mutating func begin(_ number: Int, at now: Int64) { (block, began, sent) = (number, now, 0) }

    /// The number of the next message, which rises by 1 from one to the next; nil where none is left.
    package mutating func next() -> Int? {
        guard let block, left > 0 else { return nil }
        defer { sent += 1 }
        return Self.messages(before: block) + sent + 1
    }
}
