import Synchronization

/// All streams to browsers: each line goes to each of them.
///
/// Each stream has a queue that keeps the newest lines, so a slow browser does not delay others.
final class StreamHub: Sendable {
    enum Item: Sendable {
        case message(FeedMessage)
        /// Keeps a silent connection alive, and detects a dead one.
        case beat
        /// The server ends.
        case end
    }

    /// Maximum number of lines that wait for a slow browser; ten are one second.
    static let queuedLines = 100

    typealias Sink = @Sendable (Item) -> Void

    private struct State {
        var sinks: [Int: Sink] = [:]
        var next = 0
        var isOver = false
    }

    private let state = Mutex(State())
    /// Streams at once.
    let limit: Int

    init(limit: Int) { self.limit = limit }

    var count: Int { state.withLock { $0.sinks.count } }

    /// Adds a stream, which receives `opening` first.
    /// - Returns: its number; nil if the limit is reached.
    func add(opening: () -> [FeedMessage], _ sink: @escaping Sink) -> Int? {
        state.withLock { state in
            guard !state.isOver, state.sinks.count < limit else { return nil }
            for message in opening() { sink(.message(message)) }
            defer { state.next += 1 }
            state.sinks[state.next] = sink
            return state.next
        }
    }

    func remove(_ number: Int) {
        // The sink's contents are released outside the lock, since that may end a stream.
        _ = state.withLock { $0.sinks.removeValue(forKey: number) }
    }

    func send(_ item: Item) {
        for sink in state.withLock({ Array($0.sinks.values) }) { sink(item) }
    }

    /// Ends all streams, and accepts no further ones.
    func end() {
        let sinks = state.withLock { state in
            state.isOver = true
            return Array(state.sinks.values)
        }
        for sink in sinks { sink(.end) }
    }
}
