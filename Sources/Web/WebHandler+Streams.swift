import HTTP
import MQTT

/// The answers of what goes on: a daemon, or the nodes of a broker.
extension WebHandler {
    func live(_ feed: LiveFeed, _ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/feed", "/events": return stream(request, feed.hub, channel: "") { feed.opening }
        case "/api/state": return Self.json(feed.stateText(connections: watch.count))
        case "/api/hello":
            guard let hello = feed.helloText else {
                return Self.json(#"{"error":"expected a daemon, found none yet"}"#, .serviceUnavailable)
            }
            return Self.json(hello)
        case "/api/history":
            let seconds = request.query.first { $0.name == "seconds" }.map { Int($0.value) ?? -1 } ?? 3600
            guard (0...3600).contains(seconds) else { return Self.text(.badRequest, "seconds: expected 0 to 3600") }
            return Self.lines(feed.history.text(newest: 10 * seconds))
        case "/metrics": return Self.metrics(feed.metrics(connections: watch.count))
        default: return Self.text(.notFound, "expected /, /api/state, /api/hello, /api/history, /metrics, /feed or /events")
        }
    }

    func fleet(_ feed: FleetFeed, _ request: HTTPRequest) -> HTTPResponse {
        switch request.path {
        case "/feed", "/events":
            let node = request.query.first { $0.name == "node" }?.value ?? ""
            guard node.isEmpty || NodeTopics.isName(node) else {
                return Self.text(.badRequest, "node: expected \(NodeTopics.expectedName)")
            }
            return stream(request, feed.hub, channel: node) { feed.opening(of: node) }
        case "/api/state": return Self.json(feed.stateText(connections: watch.count))
        case "/metrics": return Self.metrics(feed.metrics(connections: watch.count))
        default: return Self.text(.notFound, "expected /, /api/state, /metrics, /feed or /events")
        }
    }

    /// A WebSocket or Server-Sent Events, by the path.
    private func stream(
        _ request: HTTPRequest, _ hub: StreamHub, channel: String, opening: () -> [FeedMessage]
    ) -> HTTPResponse {
        if request.path == "/feed" {
            return WebSocketHandshake.answer(to: request) { FeedSocket(hub, channel: channel, opening: opening) } ?? busy
        }
        guard let body = EventStream.body(hub, channel: channel, opening: opening) else { return busy }
        return HTTPResponse(.ok, ["Content-Type": "text/event-stream", "Cache-Control": "no-store"], body: body)
    }

    private static func metrics(_ text: String) -> HTTPResponse {
        answer(.ok, type: "text/plain; version=0.0.4; charset=utf-8", Array(text.utf8))
    }
}
