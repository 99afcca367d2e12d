package import Configuration
import Files
import Foundation
package import Logging
import Platform
package import Subscription
import Synchronization
import TrackFeed

/// A node at a broker of MQTT: its state, its availability and, where wanted, each block.
///
/// What a broker cannot take is not kept: after a pause it gets the newest state, and misses what was sent meanwhile.
package final class MQTTBridge: Bridge {
    /// What the subscription reported and the thread has not yet seen.
    private struct Inbox {
        var isDaemonThere = false
        var version = "bearing"
        var tracks: [FeedLine.Track] = []
        /// The newest lines of tracks, where these are published.
        var lines: [[UInt8]] = []
    }

    private static let mostLines = 10
    private static let pauses = (shortest: 0.5, longest: 30.0)

    private let configuration: MQTTConfiguration
    private let broker: MQTTConfiguration.Broker
    private let topics: NodeTopics
    private let password: String?
    private let log: Logger
    private let inbox = Mutex(Inbox())
    private let news = WakeEvent()
    private let thread = NamedThread(name: "bearing-mqtt")

    /// - Throws: for a file of the password that cannot be used, and certificates that cannot be read.
    package init(_ configuration: MQTTConfiguration, log: Logger) throws(MQTTFault) {
        guard let broker = configuration.broker, let node = configuration.node else {
            throw MQTTFault("expected a broker and a node, found none: give --broker and --node")
        }
        self.configuration = configuration
        self.broker = broker
        self.log = log
        topics = NodeTopics(node: node, discoveryPrefix: configuration.discoveryPrefix)
        password = try configuration.passwordFile.map { path throws(MQTTFault) in try PasswordFile.read(path) }
        _ = try makeClient()
    }

    package func start() { thread.start { [self] in run() } }

    package func stop() { thread.stop(patience: MonotonicTime.second) }

    /// Takes what the subscription reports.
    package func take(_ event: FeedSubscription.Event) {
        inbox.withLock { inbox in
            switch event {
            case .connected: inbox.isDaemonThere = true
            case .disconnected: (inbox.isDaemonThere, inbox.tracks) = (false, [])
            case .line(let line) where line.content.type == "hello":
                inbox.version = line.content.name.map { ForeignText($0).description } ?? "bearing"
            case .line(let line) where line.content.type == "tracks":
                inbox.tracks = line.content.tracks ?? []
                guard configuration.tracks else { return }
                if inbox.lines.count == Self.mostLines { inbox.lines.removeFirst() }
                inbox.lines.append(line.bytes)
            default: break
            }
        }
        news.signal()
    }

    private func makeClient() throws(MQTTFault) -> MQTTClient {
        try MQTTClient(
            broker, id: "bearing-\(topics.node)", login: configuration.user.map { MQTTClient.Login(user: $0, password: password) },
            caFile: configuration.caFile, will: (topics.availability, NodeTopics.offline))
    }

    private func run() {
        var pause = Self.pauses.shortest
        var news: String?
        func report(_ line: String) {
            if news != line { log.warning("\(line)") }
            news = line
        }
        while !thread.isStopping {
            do throws(MQTTFault) {
                let client = try makeClient()
                if let problem = client.connect() {
                    report("expected a broker at \(broker), found none (\(problem)): trying again")
                } else {
                    let end = session(client) {
                        log.notice("connected to the broker at \(broker)")
                        (news, pause) = (nil, Self.pauses.shortest)
                    }
                    if let end { report(end) }
                }
            } catch {
                report("\(error.description): trying again")
            }
            guard !thread.isStopping else { return }
            _ = thread.stopEvent.wait(until: MonotonicTime.now + Int64(pause * Double(MonotonicTime.second)))
            pause = min(2 * pause, Self.pauses.longest)
        }
    }

    /// Publishes until the connection ends.
    /// - Parameter accepted: called when the broker has accepted the client.
    /// - Returns: why it ended, a line; nil where this process ends.
    private func session(_ client: MQTTClient, accepted: () -> Void) -> String? {
        var node = MQTTNode(topics, hasDiscovery: configuration.discovery)
        var isAccepted = false
        let limit = MonotonicTime.now + 10 * MonotonicTime.second
        while !thread.isStopping {
            for event in client.events {
                switch event {
                case .accepted:
                    isAccepted = true
                    accepted()
                    if configuration.discovery { client.subscribe(topics.homeAssistantStatus) }
                case .refused(let reason): return refusal(reason)
                case .message(let topic, let payload):
                    if topic == topics.homeAssistantStatus, payload == Array(NodeTopics.online.utf8) { node.forget() }
                }
            }
            client.events.removeAll()
            var deadline = limit
            if isAccepted {
                self.news.clear()
                let (isThere, version, tracks, lines) = inbox.withLock { inbox in
                    defer { inbox.lines.removeAll() }
                    return (inbox.isDaemonThere, inbox.version, inbox.tracks, inbox.lines)
                }
                deadline = node.step(isThere: isThere, version: version, tracks, lines, at: MonotonicTime.now, client)
            } else if MonotonicTime.now > limit {
                return "expected an answer of the broker at \(broker), found none within 10 s; trying again"
            }
            if let end = client.turn(until: deadline, [thread.stopEvent, self.news]) {
                // A refusal ends the connection, too.
                for case .refused(let reason) in client.events { return refusal(reason) }
                return "lost the broker at \(broker): \(end); trying again"
            }
        }
        if isAccepted { end(client) }
        return nil
    }

    private func refusal(_ reason: String) -> String {
        "expected the broker at \(broker) to accept \(topics.node), found: \(reason) trying again"
    }

    /// Says that the node is gone, and waits a moment for the network to take it.
    private func end(_ client: MQTTClient) {
        client.publish(topics.availability, NodeTopics.offline.utf8, isRetained: true, isConfirmed: false)
        client.disconnect()
        let limit = MonotonicTime.now + MonotonicTime.second / 2
        while client.isBusy, MonotonicTime.now < limit, client.turn(until: MonotonicTime.now + MonotonicTime.second / 50, []) == nil {}
    }
}

/// What was published in a session, and what is due.
private struct MQTTNode {
    private let topics: NodeTopics
    private let hasDiscovery: Bool
    private var state = NodeState()
    private var pace = StatePace()
    private var availability: String?
    private var announced: String?

    init(_ topics: NodeTopics, hasDiscovery: Bool) {
        self.topics = topics
        self.hasDiscovery = hasDiscovery
    }

    /// Everything is due again.
    mutating func forget() {
        pace.forget()
        (availability, announced) = (nil, nil)
    }

    /// Publishes what is due, where the network takes it.
    /// - Returns: when the next is due.
    mutating func step(
        isThere: Bool, version: String, _ tracks: [FeedLine.Track], _ lines: [[UInt8]], at now: Int64, _ client: MQTTClient
    ) -> Int64 {
        // Of what waits in the library there is no end, so nothing is added to it.
        guard !client.isBusy else { return now + MonotonicTime.second }
        if hasDiscovery, isThere, announced != version {
            announced = version
            for announcement in HomeAssistant.announcements(topics, version: version) {
                client.publish(announcement.topic, announcement.payload, isRetained: true, isConfirmed: true)
            }
        }
        let found = isThere ? NodeTopics.online : NodeTopics.offline
        if availability != found {
            availability = found
            client.publish(topics.availability, found.utf8, isRetained: true, isConfirmed: true)
        }
        state.take(tracks)
        if isThere, pace.due(state) <= now {
            pace.publish(state, at: now)
            client.publish(topics.state, state.json, isRetained: true, isConfirmed: true)
        }
        for line in lines { client.publish(topics.tracks, line, isRetained: false, isConfirmed: false) }
        return isThere ? pace.due(state) : now + MonotonicTime.second
    }
}
