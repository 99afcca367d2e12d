import Synchronization

/// All streams to browsers: each line goes to each of them.
///
/// A stream has a queue of its own of which the newest lines are kept, so a slow browser holds nobody up.
final class StreamHub: Sendable {
    enum Item: Sendable {
        case message(FeedMessage)
        /// Keeps a silent connection alive, and finds out whether it is.
        case beat
        /// The server ends.
        case end
    }

    /// Lines that wait for a slow browser; ten are a second.
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

    /// Adds a stream, which gets `opening` first.
    /// - Returns: its number; nil where there is no room.
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
        // What the sink holds is let go outside the lock, as that may end a stream.
        _ = state.withLock { $0.sinks.removeValue(forKey: number) }
    }

    func send(_ item: Item) {
        for sink in state.withLock({ Array($0.sinks.values) }) { sink(item) }
    }

    /// Ends all streams, and takes none on any more.
    func end() {
        let sinks = state.withLock { state in
            state.isOver = true
            return Array(state.sinks.values)
        }
        for sink in sinks { sink(.end) }
    }
}
