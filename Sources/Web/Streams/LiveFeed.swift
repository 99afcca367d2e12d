import JSON
package import Subscription
import TrackFeed

/// The data of a daemon for pages: its lines as they arrive, the newest of each type, and the tracks of the last minutes.
package final class LiveFeed: Sendable {
    let subscription: FeedSubscription
    let hub: StreamHub
    let history: TrackHistory

    /// - Parameters:
    ///   - limit: streams to browsers at once.
    ///   - subscribe: makes a subscription, not yet started, that passes its events to the closure.
    package init(
        limit: Int, historyMinutes: Int, subscribe: (@escaping @Sendable (FeedSubscription.Event) -> Void) -> FeedSubscription
    ) {
        let (hub, history) = (StreamHub(limit: limit), TrackHistory(lines: 600 * historyMinutes))
        (self.hub, self.history) = (hub, history)
        subscription = subscribe { event in
            switch event {
            case .connected: hub.send(.message(.connection(nil)))
            case .disconnected(_, let line): hub.send(.message(.connection(line)))
            case .line(let line):
                let json = line.bytes
                if line.content.type == "tracks" {
                    if line.content.seq == 0 { history.clear() }
                    history.append(json)
                }
                hub.send(.message(FeedMessage(type: line.content.type, json: json)))
            }
        }
    }

    package func start() { subscription.start() }

    package func stop() { subscription.stop() }

    /// The first lines of a new stream: hello and status, as on the daemon's socket, or that there is no daemon.
    var opening: [FeedMessage] {
        let state = subscription.state
        guard state.isConnected else { return [.connection(state.problem ?? "connecting")] }
        return [state.hello, state.status].compactMap { line in
            line.map { FeedMessage(type: $0.content.type, json: $0.bytes) }
        }
    }

    /// The daemon's hello; nil before there was one.
    var helloText: String? { subscription.state.hello.map { String(decoding: $0.bytes, as: UTF8.self) } }

    /// The answer of /api/state.
    /// - Parameter connections: those of browsers, streams included.
    func stateText(connections: Int) -> String {
        let state = subscription.state
        return JSONWriter.text { json in
            json.source(
                "live", isConnected: state.isConnected, reason: state.problem, place: subscription.place, hub: hub, connections: connections
            )
            json.field("skipped_lines", state.skipped)
            for (name, line) in [("hello", state.hello), ("status", state.status), ("tracks", state.tracks)] {
                json.field(name, json: line?.bytes ?? Array("null".utf8))
            }
        }
    }

    /// The answer of /metrics.
    func metrics(connections: Int) -> String {
        let state = subscription.state
        var text = PrometheusText()
        if state.isConnected, let hello = state.hello, let status = state.status,
            let report = try? DaemonReport(hello: hello.bytes, status: status.bytes)
        {
            text.family(
                "bearing_tracks", .gauge, "Sources reported in the newest block.",
                state.tracks.map { Double($0.content.tracks?.count ?? 0) })
            return StatusMetrics.text(report) + text.text + own(state, connections)
        }
        return StatusMetrics.unreachable + own(state, connections)
    }

    private func own(_ state: FeedSubscription.State, _ connections: Int) -> String {
        var text = PrometheusText()
        text.family("bearing_web_streams", .gauge, "Streams to browsers.", Double(hub.count))
        text.family("bearing_web_connections", .gauge, "Connections of browsers, streams included.", Double(connections))
        text.family("bearing_web_daemon_connections_total", .counter, "Connections to the daemon.", Double(state.connections))
        text.family("bearing_web_skipped_lines_total", .counter, "Lines that no daemon sends, skipped.", Double(state.skipped))
        return text.text
    }
}
