import MQTT
import Platform

/// What a node has published in a session at a broker, and what is due.
final class NodeSession: MQTTSession {
    private let topics: NodeTopics
    private let hasDiscovery: Bool
    private let inbox: NodeInbox
    private var state = NodeState()
    private var pace = StatePace()
    private var availability: String?
    private var announced: String?

    init(_ topics: NodeTopics, hasDiscovery: Bool, _ inbox: NodeInbox) {
        self.topics = topics
        self.hasDiscovery = hasDiscovery
        self.inbox = inbox
    }

    func begin(_ client: MQTTClient) {
        if hasDiscovery { client.subscribe(topics.homeAssistantStatus) }
    }

    func take(topic: String, payload: [UInt8]) {
        guard topic == topics.homeAssistantStatus, payload == Array(NodeTopics.online.utf8) else { return }
        // Home Assistant has started, so everything is due again.
        pace.forget()
        (availability, announced) = (nil, nil)
    }

    func step(at now: Int64, _ client: MQTTClient) -> Int64 {
        let news = inbox.drain()
        // Of what waits in the library there is no end, so nothing is added to it.
        guard !client.isBusy else { return now + MonotonicTime.second }
        let isThere = news.isDaemonThere
        if hasDiscovery, isThere, announced != news.version {
            announced = news.version
            for announcement in HomeAssistant.announcements(topics, version: news.version) {
                client.publish(announcement.topic, announcement.payload, isRetained: true, isConfirmed: true)
            }
        }
        let found = isThere ? NodeTopics.online : NodeTopics.offline
        if availability != found {
            availability = found
            client.publish(topics.availability, found.utf8, isRetained: true, isConfirmed: true)
        }
        state.take(news.tracks)
        if isThere, pace.due(state) <= now {
            pace.publish(state, at: now)
            client.publish(topics.state, state.json, isRetained: true, isConfirmed: true)
        }
        for line in news.lines { client.publish(topics.tracks, line, isRetained: false, isConfirmed: false) }
        return isThere ? pace.due(state) : now + MonotonicTime.second
    }

    /// Says that the node is gone.
    func end(_ client: MQTTClient) {
        client.publish(topics.availability, NodeTopics.offline.utf8, isRetained: true, isConfirmed: false)
    }
}
