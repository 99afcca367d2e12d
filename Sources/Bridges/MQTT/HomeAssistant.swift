import JSON
package import MQTT

/// The MQTT discovery messages of a node for Home Assistant: one device with four sensors and a binary sensor.
package enum HomeAssistant {
    package struct Announcement: Sendable {
        package let topic: String
        package let payload: [UInt8]
    }

    /// Seconds without a state after which values expire: two and a half times the longest pause between states.
    package static let expiry = 150

    private struct Entity {
        let component, key, name: String
        let fields: [String: JSONValue]
    }

    private static var entities: [Entity] {
        func sensor(_ key: String, _ name: String, unit: String?, icon: String, stateClass: String = "measurement") -> Entity {
            var fields: [String: JSONValue] = [
                "state_class": .text(stateClass), "icon": .text(icon), "value_template": "{{ value_json.\(key) }}",
            ]
            if let unit { fields["unit_of_measurement"] = .text(unit) }
            return Entity(component: "sensor", key: key, name: name, fields: fields)
        }
        return [
            // The mean of 170 and -170 degrees is 180, not 0.
            sensor("azimuth", "Azimuth", unit: "°", icon: "mdi:compass-outline", stateClass: "measurement_angle"),
            sensor("elevation", "Elevation", unit: "°", icon: "mdi:angle-acute"),
            sensor("level", "Level", unit: "dBFS", icon: "mdi:volume-high"),
            sensor("count", "Sources", unit: nil, icon: "mdi:counter"),
            Entity(
                component: "binary_sensor", key: "sound", name: "Sound",
                fields: [
                    "device_class": "sound", "payload_on": "ON", "payload_off": "OFF", "value_template": "{{ value_json.sound }}",
                ]),
        ]
    }

    /// - Parameter version: the daemon's name and version, from its hello.
    package static func announcements(_ topics: NodeTopics, version: String) -> [Announcement] {
        let device = "bearing_\(topics.node)"
        return entities.map { entity in
            let shared: [String: JSONValue] = [
                "name": .text(entity.name),
                "unique_id": "\(device)_\(entity.key)",
                "default_entity_id": "\(entity.component).\(device.lowercased().replacing("-", with: "_"))_\(entity.key)",
                "state_topic": .text(topics.state),
                "availability_topic": .text(topics.availability),
                "expire_after": .integer(expiry),
                "device": [
                    "identifiers": [.text(device)], "name": "Bearing \(topics.node)", "manufacturer": "Bearing",
                    "sw_version": .text(version),
                ],
                "origin": ["name": "bearing", "sw_version": .text(version)],
            ]
            return Announcement(
                topic: "\(topics.discoveryPrefix)/\(entity.component)/\(device)/\(entity.key)/config",
                payload: JSONValue.object(shared.merging(entity.fields) { _, own in own }).bytes)
        }
    }
}
