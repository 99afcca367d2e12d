import CLo
package import Configuration
import Glibc
package import Logging
import Platform
package import Subscription
import Synchronization
import TrackFeed

/// Tracks as messages of OSC, each block one bundle over UDP, by liblo.
package final class OSCBridge: Bridge {
    private let receiver: String
    private let host: String
    private let port: UInt16
    private let log: Logger
    private let queue = BlockQueue()
    private let scene: Mutex<OSCScene>
    private let count = Mutex(0)
    private let thread = NamedThread(name: "bearing-osc")

    /// Seconds until the next attempt; the host's name is looked up again.
    private static let pause = 2.0

    package init?(_ configuration: OSCConfiguration, log: Logger) {
        guard let receiver = configuration.to, case .tcp(let host, let port) = receiver else { return nil }
        (self.host, self.port) = (host, port)
        self.receiver = String(receiver.description.dropFirst("tcp:".count))
        self.log = log
        scene = Mutex(OSCScene(configuration))
    }

    package func start() { thread.start { [self] in run() } }

    package func stop() { thread.stop(patience: MonotonicTime.second / 2) }

    /// Takes what the subscription reports.
    package func take(_ event: FeedSubscription.Event) {
        switch event {
        case .line(let line) where line.content.type == "tracks": push(line.content.tracks ?? [])
        // Its tracks are over.
        case .disconnected: push([])
        default: break
        }
    }

    private func push(_ tracks: [FeedLine.Track]) {
        let number = count.withLock { count in
            defer { count += 1 }
            return count
        }
        queue.push(BlockQueue.Block(number: number, tracks: tracks))
    }

    private func run() {
        var news: String?
        func report(_ line: String) {
            if news != line { log.warning("\(line)") }
            news = line
        }
        while !thread.isStopping {
            guard let address = unsafe lo_address_new_with_proto(LO_UDP, host, "\(port)") else {
                report("expected an address for \(receiver), found none: trying again")
                _ = thread.stopEvent.wait(until: MonotonicTime.now + Int64(Self.pause * Double(MonotonicTime.second)))
                continue
            }
            if let end = unsafe send(to: address, sent: { news = nil }) {
                report(end)
                _ = thread.stopEvent.wait(until: MonotonicTime.now + Int64(Self.pause * Double(MonotonicTime.second)))
            }
            unsafe lo_address_free(address)
        }
    }

    /// Sends blocks until the process ends or the network does not take one, for example because the host has no address.
    /// - Returns: why; nil where the process ends.
    private func send(to address: lo_address, sent: () -> Void) -> String? {
        while !thread.isStopping {
            for block in queue.takeAll() {
                let messages = scene.withLock { $0.step(block.tracks) }
                guard !messages.isEmpty else { continue }
                guard unsafe Self.send(messages, to: address) else {
                    let reason = unsafe lo_address_errstr(address).map { unsafe String(cString: $0) } ?? "an error without a name"
                    return "expected to send to \(receiver), found: \(reason): trying again"
                }
                sent()
            }
            var waiting = [thread.stopEvent, queue.news].map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            unsafe poll(&waiting, 2, -1)
        }
        // Ends all tracks, so that none remain at the receiver.
        let last = scene.withLock { $0.clear() }
        if !last.isEmpty { _ = unsafe Self.send(last, to: address) }
        return nil
    }

    /// One bundle, so that all objects of a block move at once.
    private static func send(_ messages: [OSCMessage], to address: lo_address) -> Bool {
        // The time tag "immediately".
        let bundle = unsafe lo_bundle_new(lo_timetag(sec: 0, frac: 1))
        defer { unsafe lo_bundle_free_recursive(bundle) }
        for message in messages {
            let content = unsafe lo_message_new()
            for argument in message.arguments { unsafe lo_message_add_float(content, argument) }
            unsafe lo_bundle_add_message(bundle, message.address, content)
        }
        return unsafe lo_send_bundle(address, bundle) >= 0
    }
}
