import Synchronization

/// All streams to browsers: a line goes to each of them, or to those of one channel.
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
        var sinks: [Int: (channel: String, sink: Sink)] = [:]
        var next = 0
        var isOver = false
    }

    private let state = Mutex(State())
    /// Streams at once.
    let limit: Int

    /// Called after streams were added or removed.
    private let changed: @Sendable () -> Void

    init(limit: Int, changed: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.changed = changed
    }

    var count: Int { state.withLock { $0.sinks.count } }

    /// The channels of all streams.
    var channels: Set<String> { state.withLock { Set($0.sinks.values.map(\.channel)) } }

    /// Adds a stream, which receives `opening` first.
    /// - Returns: its number; nil if the limit is reached.
    func add(channel: String = "", opening: () -> [FeedMessage], _ sink: @escaping Sink) -> Int? {
        let number: Int? = state.withLock { state in
            guard !state.isOver, state.sinks.count < limit else { return nil }
            for message in opening() { sink(.message(message)) }
            defer { state.next += 1 }
            state.sinks[state.next] = (channel, sink)
            return state.next
        }
        changed()
        return number
    }

    func remove(_ number: Int) {
        // The sink's contents are released outside the lock, since that may end a stream.
        _ = state.withLock { $0.sinks.removeValue(forKey: number) }
        changed()
    }

    /// - Parameter channel: nil: all.
    func send(_ item: Item, to channel: String? = nil) {
        let sinks = state.withLock { state in
            state.sinks.values.compactMap { channel == nil || channel == $0.channel ? $0.sink : nil }
        }
        for sink in sinks { sink(item) }
    }

    /// Ends all streams, and accepts no further ones.
    func end() {
        let sinks = state.withLock { state in
            state.isOver = true
            return state.sinks.values.map(\.sink)
        }
        for sink in sinks { sink(.end) }
    }
}
