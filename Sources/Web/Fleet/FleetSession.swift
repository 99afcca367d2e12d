import MQTT
import Platform

/// A session at a broker: subscribes to the states of all nodes, and to the blocks of those that somebody looks at.
final class FleetSession: MQTTSession {
    private let fleet: Fleet
    private var watched: Set<String> = []
    /// Number of the next held line.
    private var sequence = 1
    /// When each is due, nanoseconds of the monotonic clock.
    private var changesTime: Int64 = 0
    private var listTime: Int64 = 0
    private var heldTime: Int64 = 0

    private static let changesPause = MonotonicTime.second / 5
    private static let listPause = 10 * MonotonicTime.second
    /// A block.
    private static let heldPause = MonotonicTime.second / 10

    init(_ fleet: Fleet) { self.fleet = fleet }

    func begin(_ client: MQTTClient) {
        client.subscribe(NodeTopics.all(.availability))
        // States are retained and come again each minute, and a broker queues only so many confirmed messages.
        client.subscribe(NodeTopics.all(.state), isConfirmed: false)
    }

    func take(topic: String, payload: [UInt8]) { fleet.take(topic: topic, payload: payload) }

    func step(at now: Int64, _ client: MQTTClient) -> Int64 {
        let wanted = fleet.watched
        for node in wanted.subtracting(watched) { client.subscribe(NodeTopics(node: node).tracks, isConfirmed: false) }
        for node in watched.subtracting(wanted) { client.unsubscribe(NodeTopics(node: node).tracks) }
        watched = wanted
        if now >= changesTime {
            fleet.sendChanges()
            changesTime = now + Self.changesPause
        }
        if now >= listTime {
            fleet.sendList()
            listTime = now + Self.listPause
        }
        guard !watched.isEmpty else { return fleet.hasChanges ? changesTime : now + MonotonicTime.second }
        if now >= heldTime {
            fleet.sendHeld(watched, sequence: sequence)
            sequence += 1
            heldTime = now + Self.heldPause
        }
        return min(heldTime, changesTime)
    }

    func end(_ client: MQTTClient) {}
}
