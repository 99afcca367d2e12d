import Configuration

/// The topics of a node.
package struct NodeTopics: Sendable, Hashable {
    package let node: String
    /// Home Assistant's.
    package let discoveryPrefix: String

    package init(node: String, discoveryPrefix: String = "homeassistant") {
        self.node = node
        self.discoveryPrefix = discoveryPrefix
    }

    /// What a node publishes.
    package enum Kind: String, Sendable {
        case state, tracks, availability
    }

    package func topic(_ kind: Kind) -> String { "bearing/\(node)/\(kind.rawValue)" }

    package var state: String { topic(.state) }
    package var tracks: String { topic(.tracks) }
    package var availability: String { topic(.availability) }
    /// Where Home Assistant says that it has started.
    package var homeAssistantStatus: String { "\(discoveryPrefix)/status" }

    /// The topics of a kind of all nodes.
    package static func all(_ kind: Kind) -> String { "bearing/+/\(kind.rawValue)" }

    /// The node and the kind of a topic; nil for topics of others.
    package static func parse(_ topic: String) -> (node: String, kind: Kind)? {
        let parts = topic.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "bearing", MQTTName.isValid(parts[1]), let kind = Kind(rawValue: String(parts[2])) else {
            return nil
        }
        return (String(parts[1]), kind)
    }

    package static let expectedName = MQTTName.expected

    package static func isName(_ text: String) -> Bool { MQTTName.isValid(text) }

    package static let online = "online"
    package static let offline = "offline"
}
