package import Configuration
package import Logging
package import MQTT
package import Subscription

/// A node at a broker of MQTT: its state, its availability and, where wanted, each block.
///
/// What a broker cannot take is not kept: after a pause it gets the newest state, and misses what was sent meanwhile.
package final class MQTTBridge: Bridge {
    private let inbox: NodeInbox
    private let link: MQTTLink

    /// Bytes of the messages that it reads: those to which it subscribes have a word for a payload.
    private static let payload = 64

    /// - Throws: for a file of the password that cannot be used, and certificates that cannot be read.
    package init(_ configuration: MQTTConfiguration, log: Logger) throws(MQTTFault) {
        guard let node = configuration.node else {
            throw MQTTFault("expected a name of this microphone, found none: give --node NAME")
        }
        let topics = NodeTopics(node: node, discoveryPrefix: configuration.discoveryPrefix)
        let inbox = NodeInbox(keepsLines: configuration.tracks)
        self.inbox = inbox
        link = try MQTTLink(
            configuration.access,
            .init(id: "bearing-\(node)", will: (topics.availability, NodeTopics.offline), payload: Self.payload), name: node,
            thread: "bearing-mqtt", news: inbox.news, log: log
        ) { NodeSession(topics, hasDiscovery: configuration.discovery, inbox) }
    }

    package func start() { link.start() }

    package func stop() { link.stop() }

    /// Takes what the subscription reports.
    package func take(_ event: FeedSubscription.Event) { inbox.take(event) }
}
