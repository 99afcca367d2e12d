package import Configuration
import JSON
package import Logging
package import MQTT
import Platform
import Synchronization
import TrackFeed

/// The nodes of a broker for pages: a list of all, and the blocks of those that somebody looks at.
package final class FleetFeed: Sendable {
    let hub: StreamHub
    private let fleet: Fleet
    private let link: MQTTLink
    private let place: String

    /// Bytes of a message; longer ones are skipped.
    private static let payload = 1 << 14

    /// - Parameter limit: streams to browsers at once.
    /// - Throws: for a file of the password that cannot be used, and certificates that cannot be read.
    package init(_ access: MQTTAccess, limit: Int, log: Logger) throws(MQTTFault) {
        let news = WakeEvent()
        let hub = StreamHub(limit: limit) { news.signal() }
        let fleet = Fleet(hub)
        (self.hub, self.fleet) = (hub, fleet)
        place = access.broker?.description ?? "none"
        link = try MQTTLink(
            access, .init(payload: Self.payload), name: "this client", thread: "bearing-fleet", news: news, log: log,
            changed: { fleet.connection($0) }, session: { FleetSession(fleet) })
    }

    package func start() { link.start() }

    package func stop() { link.stop() }

    /// The first lines of a new stream: whether there is a broker, the list, and the newest state of a node.
    func opening(of node: String) -> [FeedMessage] {
        let state = fleet.state
        let connection = FeedMessage.connection(state.isConnected ? nil : state.problem ?? "connecting")
        let held = state.list.nodes[node]?.heldLine(sequence: 1, time: WallTime.seconds)
        return [connection, state.list.complete] + (held.map { [$0] } ?? [])
    }

    /// The answer of /api/state.
    /// - Parameter connections: those of browsers, streams included.
    func stateText(connections: Int) -> String {
        let state = fleet.state
        return JSONWriter.text { json in
            json.source(
                "fleet", isConnected: state.isConnected, reason: state.problem, place: place, hub: hub, connections: connections)
            json.field("skipped_messages", state.list.skipped)
            state.list.write(state.list.nodes.keys.sorted(), &json)
        }
    }

    /// The answer of /metrics.
    func metrics(connections: Int) -> String {
        let state = fleet.state
        let nodes = state.list.nodes.values.sorted { $0.name < $1.name }
        func samples(_ value: (FleetNode) -> Double?) -> [PrometheusText.Sample] {
            nodes.compactMap { node in value(node).map { .init($0, ("node", node.name)) } }
        }
        var text = PrometheusText()
        text.family("bearing_broker_up", .gauge, "Whether the broker is connected.", state.isConnected ? 1 : 0)
        text.family("bearing_node_up", .gauge, "Whether a node is online.", samples { $0.availability == .online ? 1 : 0 })
        text.family("bearing_node_tracks", .gauge, "Sources in the newest state of a node.", samples { $0.report.map { Double($0.count) } })
        text.family("bearing_node_states_total", .counter, "States received from a node.", samples { Double($0.states) })
        text.family("bearing_web_streams", .gauge, "Streams to browsers.", Double(hub.count))
        text.family("bearing_web_connections", .gauge, "Connections of browsers, streams included.", Double(connections))
        text.family(
            "bearing_web_broker_connections_total", .counter, "Connections to the broker.", Double(state.connections))
        text.family(
            "bearing_web_skipped_messages_total", .counter, "Messages that no bridge sends, skipped.", Double(state.list.skipped))
        return text.text
    }
}
