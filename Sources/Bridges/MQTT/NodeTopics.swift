/// The topics of a node.
package struct NodeTopics: Sendable, Hashable {
    package let node: String
    /// Home Assistant's.
    package let discoveryPrefix: String

    package init(node: String, discoveryPrefix: String = "homeassistant") {
        self.node = node
        self.discoveryPrefix = discoveryPrefix
    }

    package var state: String { "bearing/\(node)/state" }
    package var tracks: String { "bearing/\(node)/tracks" }
    package var availability: String { "bearing/\(node)/availability" }
    /// Where Home Assistant says that it has started.
    package var homeAssistantStatus: String { "\(discoveryPrefix)/status" }

    static let online = "online"
    static let offline = "offline"
}
