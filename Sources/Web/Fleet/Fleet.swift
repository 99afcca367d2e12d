import MQTT
import Platform
import Synchronization
import TrackFeed

/// The state of a broker's nodes, and the streams that it goes to.
final class Fleet: Sendable {
    struct State: Sendable {
        var list = FleetList()
        var isConnected = false
        /// Why there is no connection, a line; nil while there is one, and before the first attempt has failed.
        var problem: String?
        /// Number of connections so far.
        var connections = 0
    }

    private let current = Mutex(State())
    private let hub: StreamHub

    /// A node whose newest block is older publishes none.
    private static let blockLife = 3 * MonotonicTime.second

    init(_ hub: StreamHub) { self.hub = hub }

    var state: State { current.withLock { $0 } }

    /// Takes a change of the connection to the broker; nil: it is there.
    func connection(_ problem: String?) {
        current.withLock { state in
            state.isConnected = problem == nil
            state.problem = problem
            if problem == nil { state.connections += 1 } else { state.list.loseBroker() }
        }
        hub.send(.message(.connection(problem)))
    }

    /// Takes a message; blocks of a node go to its streams.
    func take(topic: String, payload: [UInt8]) {
        guard let (node, kind) = NodeTopics.parse(topic) else { return }
        var isBlock = false
        if kind == .tracks {
            // Nothing but a line of tracks goes to browsers.
            guard let line = FeedClient.object(payload), line.type == "tracks", line.tracks != nil, !payload.contains(10) else {
                return current.withLock { $0.list.skip() }
            }
            isBlock = true
        }
        current.withLock { $0.list.take(node, kind, payload, now: MonotonicTime.now, time: WallTime.seconds) }
        if isBlock { hub.send(.message(FeedMessage(type: "tracks", json: payload)), to: node) }
    }

    /// Sends all streams what has changed.
    func sendChanges() {
        guard hub.count > 0 else { return current.withLock { $0.list.forgetChanges() } }
        guard let message = current.withLock({ $0.list.changes() }) else { return }
        hub.send(.message(message))
    }

    var hasChanges: Bool { current.withLock { !$0.list.changed.isEmpty } }

    /// Sends all streams the complete list, for those that have lost a line.
    func sendList() {
        guard hub.count > 0 else { return }
        hub.send(.message(current.withLock { $0.list.complete }))
    }

    /// Sends the streams of nodes that publish no blocks their newest state.
    func sendHeld(_ nodes: Set<String>, sequence: Int) {
        let now = MonotonicTime.now
        let lines = current.withLock { state in
            nodes.compactMap { name -> (String, FeedMessage)? in
                guard let node = state.list.nodes[name], now - (node.blockTime ?? .min / 2) > Self.blockLife else { return nil }
                return node.heldLine(sequence: sequence, time: WallTime.seconds).map { (name, $0) }
            }
        }
        for (node, line) in lines { hub.send(.message(line), to: node) }
    }

    /// The nodes that somebody looks at.
    var watched: Set<String> { hub.channels.subtracting([""]) }
}
