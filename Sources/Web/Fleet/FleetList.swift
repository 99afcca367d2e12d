import JSON
import MQTT

/// All nodes of a broker, made from the messages that it delivers.
struct FleetList: Sendable {
    /// More are not listed.
    static let mostNodes = 2000

    private(set) var nodes: [String: FleetNode] = [:]
    /// Names whose nodes have changed, or were removed, since `changes` was last called.
    private(set) var changed: Set<String> = []
    /// Messages that no bridge sends, and those of nodes beyond the limit.
    private(set) var skipped = 0

    /// Takes a message.
    /// - Parameters:
    ///   - now: nanoseconds of the monotonic clock.
    ///   - time: Unix seconds.
    mutating func take(_ node: String, _ kind: NodeTopics.Kind, _ payload: [UInt8], now: Int64, time: Double) {
        guard nodes[node] != nil || nodes.count < Self.mostNodes else {
            skipped += 1
            return
        }
        switch kind {
        case .availability:
            // An empty message is how a retained one is deleted.
            if payload.isEmpty {
                if nodes.removeValue(forKey: node) != nil { changed.insert(node) }
                return
            }
            guard let found = FleetNode.Availability(rawValue: String(decoding: payload, as: UTF8.self)), found != .unknown else {
                skipped += 1
                return
            }
            update(node) { $0.availability = found }
        case .state:
            if payload.isEmpty { return update(node) { $0.report = nil } }
            guard let report = NodeReport(payload) else {
                skipped += 1
                return
            }
            update(node) { found in
                (found.report, found.time) = (report, time)
                found.states += 1
            }
        case .tracks: nodes[node, default: FleetNode(name: node)].blockTime = now
        }
    }

    private mutating func update(_ name: String, _ change: (inout FleetNode) -> Void) {
        change(&nodes[name, default: FleetNode(name: name)])
        changed.insert(name)
    }

    mutating func skip() { skipped += 1 }

    /// Nothing is known of any node until the broker is reached again.
    mutating func loseBroker() {
        for name in nodes.keys {
            nodes[name]?.availability = .unknown
            changed.insert(name)
        }
    }

    /// All nodes, in order of their names, as a line.
    var complete: FeedMessage { message(nodes.keys.sorted(), removed: [], isComplete: true) }

    /// The nodes that have changed since the previous call, as a line; nil if none has.
    mutating func changes() -> FeedMessage? {
        guard !changed.isEmpty else { return nil }
        defer { forgetChanges() }
        let names = changed.sorted()
        return message(names.filter { nodes[$0] != nil }, removed: names.filter { nodes[$0] == nil }, isComplete: false)
    }

    mutating func forgetChanges() { changed.removeAll(keepingCapacity: true) }

    private func message(_ names: [String], removed: [String], isComplete: Bool) -> FeedMessage {
        let text = JSONWriter.text { json in
            json.field("type", "nodes")
            json.field("complete", isComplete)
            write(names, &json)
            json.openArray("removed")
            for name in removed { json.element(name) }
            json.closeArray()
        }
        return FeedMessage(type: "nodes", text: text)
    }

    /// The array `nodes`.
    func write(_ names: [String], _ json: inout JSONWriter) {
        json.openArray("nodes")
        for name in names { nodes[name]?.write(&json) }
        json.closeArray()
    }
}
