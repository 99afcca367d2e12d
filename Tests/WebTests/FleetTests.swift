import Foundation
import MQTT
import Synchronization
import Testing

@testable import Web

@Suite struct FleetTests {
    private func object(_ message: FeedMessage?) throws -> [String: Any] {
        let json = try #require(message).json
        return try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
    }

    private func nodes(_ message: FeedMessage?) throws -> [[String: Any]] {
        let found = try object(message)
        return try #require(found["nodes"] as? [[String: Any]])
    }

    private static let state = #"{"azimuth":-31,"count":2,"elevation":4,"id":7,"level":-28,"sound":"ON"}"#
    private static let silent = #"{"azimuth":null,"count":0,"elevation":null,"id":null,"level":null,"sound":"OFF"}"#

    private func list(_ messages: (String, NodeTopics.Kind, String)...) -> FleetList {
        var list = FleetList()
        for (node, kind, text) in messages { list.take(node, kind, Array(text.utf8), now: 5, time: 100.25) }
        return list
    }

    @Test func nodesAreListedByNameWithTheirNewestState() throws {
        var list = list(("b", .availability, "online"), ("a", .state, Self.silent), ("b", .state, Self.silent), ("b", .state, Self.state))
        let found = try nodes(list.complete)
        #expect(found.map { $0["node"] as? String } == ["a", "b"])
        #expect(found.map { $0["availability"] as? String } == ["unknown", "online"])
        #expect(found[0]["azimuth"] == nil && found[0]["count"] as? Int == 0)
        #expect(found[1]["azimuth"] as? Double == -31 && found[1]["level"] as? Double == -28 && found[1]["id"] as? Int == 7)
        #expect(found[1]["states"] as? Int == 2 && found[1]["time"] as? Double == 100.3)
        #expect(try object(list.complete)["complete"] as? Bool == true)
        // Changes are said once.
        #expect(try nodes(list.changes()).count == 2)
        #expect(list.changes() == nil)
        list.take("a", .availability, Array("offline".utf8), now: 5, time: 101)
        #expect(try nodes(list.changes()).map { $0["node"] as? String } == ["a"])
    }

    @Test func anEmptyAvailabilityRemovesANode() throws {
        var list = list(("a", .availability, "online"), ("b", .availability, "online"))
        _ = list.changes()
        list.take("a", .availability, [], now: 5, time: 1)
        let change = try object(list.changes())
        #expect(change["removed"] as? [String] == ["a"] && (change["nodes"] as? [Any])?.isEmpty == true)
        #expect(change["complete"] as? Bool == false)
        #expect(list.nodes.keys.sorted() == ["b"])
    }

    @Test func withoutABrokerNothingIsKnownOfANode() throws {
        var list = list(("a", .availability, "online"), ("a", .state, Self.state))
        _ = list.changes()
        list.loseBroker()
        let found = try nodes(list.changes())
        #expect(found.map { $0["availability"] as? String } == ["unknown"] && found[0]["azimuth"] as? Double == -31)
    }

    @Test func foreignMessagesAreSkippedAndCounted() {
        let list = list(
            ("a", .availability, "gone"), ("a", .state, "x"), ("a", .state, #"{"count":-1}"#), ("a", .state, #"{"count":1e9}"#),
            ("a", .state, #"{"count":1,"id":1,"azimuth":1e9,"elevation":0}"#), ("a", .state, #"{"count":1,"azimuth":1}"#),
            ("a", .state, #"{"count":1,"id":"x","azimuth":1,"elevation":0}"#))
        #expect(list.skipped == 7 && list.nodes.isEmpty)
        var full = FleetList()
        for number in 0...FleetList.mostNodes { full.take("n\(number)", .state, Array(Self.state.utf8), now: 0, time: 0) }
        #expect(full.nodes.count == FleetList.mostNodes && full.skipped == 1)
    }

    /// The sink of a stream: what it got, by type.
    private final class Received: Sendable {
        let texts = Mutex<[String]>([])

        func take(_ item: StreamHub.Item) {
            if case .message(let message) = item { texts.withLock { $0.append(String(decoding: message.json, as: UTF8.self)) } }
        }

        func count(_ word: String) -> Int { texts.withLock { $0.count { $0.contains(word) } } }
    }

    @Test func blocksGoToThoseWhoLookAtTheirNode() throws {
        let hub = StreamHub(limit: 3)
        let fleet = Fleet(hub)
        let (all, one, other) = (Received(), Received(), Received())
        func add(_ received: Received, _ channel: String) -> Int? { hub.add(channel: channel, opening: { [] }, { received.take($0) }) }
        _ = add(all, "")
        let number = try #require(add(one, "a"))
        _ = add(other, "b")
        #expect(fleet.watched == ["a", "b"])
        fleet.connection(nil)
        for (topic, text) in [
            ("bearing/a/availability", "online"), ("bearing/b/availability", "online"), ("bearing/a/state", Self.state),
            ("bearing/b/state", Self.silent),
        ] { fleet.take(topic: topic, payload: Array(text.utf8)) }
        // Without blocks of its own a node shows its leading source.
        fleet.sendHeld(fleet.watched, sequence: 4)
        let held = try #require(one.texts.withLock { $0.last })
        for field in [#""seq":4"#, #""held":true"#, #""azimuth":-31"#, #""y":-0.51"#] { #expect(held.contains(field), "\(held)") }
        #expect(other.texts.withLock { $0.last }?.contains(#""tracks":[]"#) == true)
        // With them it does not.
        let block = #"{"type":"tracks","seq":9,"time":1,"tracks":[]}"#
        fleet.take(topic: "bearing/a/tracks", payload: Array(block.utf8))
        fleet.sendHeld(fleet.watched, sequence: 5)
        #expect(one.texts.withLock { $0.last } == block && other.count(#""seq":5"#) == 1)
        // Everybody gets the list.
        fleet.sendChanges()
        for received in [all, one, other] { #expect(received.count(#""type":"nodes""#) == 1) }
        #expect(all.count(#""type":"tracks""#) == 0)
        // What is not a block goes nowhere.
        for text in [#"{"type":"status"}"#, "x", "", "{\n\"type\":\"tracks\",\"tracks\":[]}"] {
            fleet.take(topic: "bearing/a/tracks", payload: Array(text.utf8))
        }
        #expect(one.texts.withLock { $0.last }?.contains(#""type":"nodes""#) == true && fleet.state.list.skipped == 4)
        hub.remove(number)
        #expect(fleet.watched == ["b"])
        fleet.connection("lost")
        #expect(all.count(#""connected":false"#) == 1 && fleet.state.list.nodes["b"]?.availability == .unknown)
    }
}
