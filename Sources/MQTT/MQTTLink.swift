package import Configuration
package import Logging
package import Platform
import Synchronization

/// What a process does while a broker accepts it; all calls on the link's thread.
package protocol MQTTSession: AnyObject {
    /// The broker has accepted the client.
    func begin(_ client: MQTTClient)
    func take(topic: String, payload: [UInt8])
    /// Sends what is due. Called after each turn of the connection.
    /// - Returns: when the next is due, nanoseconds of the monotonic clock.
    func step(at now: Int64, _ client: MQTTClient) -> Int64
    /// Sends the last messages, since this process ends.
    func end(_ client: MQTTClient)
}

/// A lasting connection to a broker: a thread that connects, runs a session, and connects again after each end of it.
///
/// Each change of the connection is logged once.
package final class MQTTLink: Sendable {
    private let broker: MQTTBroker
    private let access: MQTTAccess
    private let password: String?
    private let profile: MQTTClient.Profile
    /// This client in messages.
    private let name: String
    private let log: Logger
    private let thread: NamedThread
    private let news: WakeEvent
    private let makeSession: @Sendable () -> any MQTTSession
    private let changed: @Sendable (String?) -> Void

    private static let pauses = (shortest: 0.5, longest: 30.0)

    /// - Parameters:
    ///   - name: this client in messages.
    ///   - thread: at most 15 bytes.
    ///   - news: wakes the session for a step.
    ///   - changed: called on each change of the connection, with nil when the broker has accepted, else with the reason, a line.
    ///   - session: made for each connection.
    /// - Throws: for a missing broker, a file of the password that cannot be used, and certificates that cannot be read.
    package init(
        _ access: MQTTAccess, _ profile: MQTTClient.Profile, name: String, thread: String, news: WakeEvent, log: Logger,
        changed: @escaping @Sendable (String?) -> Void = { _ in }, session: @escaping @Sendable () -> any MQTTSession
    ) throws(MQTTFault) {
        guard let broker = access.broker else { throw MQTTFault("expected a broker, found none: give --broker mqtts://HOST") }
        self.broker = broker
        self.access = access
        self.profile = profile
        self.name = name
        self.log = log
        self.news = news
        self.changed = changed
        self.thread = NamedThread(name: thread)
        makeSession = session
        password = try access.passwordFile.map { path throws(MQTTFault) in try PasswordFile.read(path) }
        _ = try makeClient()
    }

    package func start() { thread.start { [self] in run() } }

    /// Ends within a second.
    package func stop() { thread.stop(patience: MonotonicTime.second) }

    private func makeClient() throws(MQTTFault) -> MQTTClient { try MQTTClient(broker, access, password: password, profile) }

    private func run() {
        var pause = Self.pauses.shortest
        var last: String?
        func report(_ line: String) {
            guard last != line else { return }
            log.warning("\(line)")
            changed(line)
            last = line
        }
        while !thread.isStopping {
            do throws(MQTTFault) {
                let client = try makeClient()
                if let problem = client.connect() {
                    report("expected a broker at \(broker), found none (\(problem)): trying again")
                } else {
                    let end = converse(client) {
                        log.notice("connected to the broker at \(broker)")
                        changed(nil)
                        (last, pause) = (nil, Self.pauses.shortest)
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

    /// Runs a session until the connection ends.
    /// - Parameter accepted: called when the broker has accepted the client.
    /// - Returns: why it ended, a line; nil where this process ends.
    private func converse(_ client: MQTTClient, accepted: () -> Void) -> String? {
        let session = makeSession()
        var isAccepted = false
        let limit = MonotonicTime.now + 10 * MonotonicTime.second
        while !thread.isStopping {
            for event in client.events {
                switch event {
                case .accepted:
                    isAccepted = true
                    accepted()
                    session.begin(client)
                case .refused(let reason): return refusal(reason)
                case .message(let topic, let payload): session.take(topic: topic, payload: payload)
                }
            }
            client.events.removeAll(keepingCapacity: true)
            var deadline = limit
            if isAccepted {
                news.clear()
                deadline = session.step(at: MonotonicTime.now, client)
            } else if MonotonicTime.now > limit {
                return "expected an answer of the broker at \(broker), found none within 10 s; trying again"
            }
            if let end = client.turn(until: deadline, [thread.stopEvent, news]) {
                // A refusal ends the connection, too.
                for case .refused(let reason) in client.events { return refusal(reason) }
                return "lost the broker at \(broker): \(end); trying again"
            }
        }
        if isAccepted {
            session.end(client)
            leave(client)
        }
        return nil
    }

    private func refusal(_ reason: String) -> String {
        "expected the broker at \(broker) to accept \(name), found: \(reason) trying again"
    }

    /// Disconnects, and waits a moment for the network to take the last messages.
    private func leave(_ client: MQTTClient) {
        client.disconnect()
        let limit = MonotonicTime.now + MonotonicTime.second / 2
        while client.isBusy, MonotonicTime.now < limit, client.turn(until: MonotonicTime.now + MonotonicTime.second / 50, []) == nil {}
    }
}
