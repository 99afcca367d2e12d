import Foundation
import MQTT
import Testing
import TrackFeed

@testable import Bridges

@Suite struct MQTTTests {
    private func object(_ data: [UInt8]) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(data)) as? [String: Any])
    }

    @Test func theStateIsThatOfTheLeadingTrack() throws {
        var state = NodeState()
        state.take([track(7, azimuth: -31.6, elevation: 4.4, level: -28.6), track(8, azimuth: 90, level: -20)])
        #expect(String(decoding: state.json, as: UTF8.self) == #"{"azimuth":90,"count":2,"elevation":0,"id":8,"level":-20,"sound":"ON"}"#)
        // It leads to its end, also when another is louder.
        state.take([track(7, azimuth: -31.6, elevation: 4.4, level: -10), track(8, azimuth: 91, level: -20)])
        #expect(state.leader == 8 && state.azimuth == 91)
        state.take([track(7, azimuth: -31.6, elevation: 4.4, level: nil)])
        let found = try object(state.json)
        #expect(found["azimuth"] as? Int == -32 && found["elevation"] as? Int == 4 && found["level"] is NSNull)
        state.take([])
        let silent = #"{"azimuth":null,"count":0,"elevation":null,"id":null,"level":null,"sound":"OFF"}"#
        #expect(String(decoding: state.json, as: UTF8.self) == silent)
    }

    @Test func aStateIsPublishedOnAChangeAtMostOnceASecondAndOnceAMinute() {
        var (pace, state) = (StatePace(), NodeState())
        let second = StatePace.shortest
        #expect(pace.due(state) == 0)
        pace.publish(state, at: 5 * second)
        #expect(pace.due(state) == 65 * second)
        state.take([track(1)])
        #expect(pace.due(state) == 6 * second)
        pace.publish(state, at: 7 * second)
        #expect(pace.due(state) == 67 * second)
        pace.forget()
        #expect(pace.due(state) == 0)
    }

    /// What Home Assistant's own schema of discovery demands, and what it does not know is not there.
    @Test func announcementsAreWhatHomeAssistantTakes() throws {
        let topics = NodeTopics(node: "Kitchen-1")
        let announcements = HomeAssistant.announcements(topics, version: "bearing 0.1.0")
        #expect(
            announcements.map(\.topic) == [
                "homeassistant/sensor/bearing_Kitchen-1/azimuth/config", "homeassistant/sensor/bearing_Kitchen-1/elevation/config",
                "homeassistant/sensor/bearing_Kitchen-1/level/config", "homeassistant/sensor/bearing_Kitchen-1/count/config",
                "homeassistant/binary_sensor/bearing_Kitchen-1/sound/config",
            ])
        let shared: Set = [
            "name", "unique_id", "default_entity_id", "state_topic", "availability_topic", "expire_after", "device", "origin",
            "value_template",
        ]
        var ids: Set<String> = []
        for (index, announcement) in announcements.enumerated() {
            let fields = try object(announcement.payload)
            let own: Set = index == 4 ? ["device_class", "payload_on", "payload_off"] : ["state_class", "icon", "unit_of_measurement"]
            #expect(Set(fields.keys).subtracting(index == 3 ? own.union(["unit_of_measurement"]) : own) == shared)
            #expect(fields["state_topic"] as? String == "bearing/Kitchen-1/state")
            let classes = ["measurement_angle", "measurement", "measurement", "measurement", nil]
            #expect(fields["state_class"] as? String == classes[index])
            #expect(fields["availability_topic"] as? String == "bearing/Kitchen-1/availability")
            #expect(fields["expire_after"] as? Int == HomeAssistant.expiry && HomeAssistant.expiry > Int(StatePace.longest / 1_000_000_000))
            #expect((fields["device"] as? [String: Any])?["identifiers"] as? [String] == ["bearing_Kitchen-1"])
            #expect((fields["origin"] as? [String: Any])?["name"] as? String == "bearing")
            let entity = try #require(fields["default_entity_id"] as? String)
            #expect(entity.wholeMatch(of: /(sensor|binary_sensor)\.[a-z0-9_]+/) != nil)
            ids.insert(try #require(fields["unique_id"] as? String))
        }
        #expect(ids.count == 5)
    }
}
