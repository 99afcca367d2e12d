import Platform
import Synchronization
package import TrackFeed

/// A permanent subscription to a daemon: a thread that connects, reads, and reconnects while it runs.
///
/// It may start before the daemon. Its memory is limited to the newest line of each type and the line being read. Invalid lines
/// are counted and skipped.
package final class FeedSubscription: Sendable {
    /// A line of the feed.
    package struct Line: Sendable {
        /// As sent by the daemon, without its newline; UTF-8.
        package let bytes: [UInt8]
        package let content: FeedLine

        package init(bytes: [UInt8], content: FeedLine) {
            self.bytes = bytes
            self.content = content
        }
    }

    package enum Event: Sendable {
        /// Connected to a daemon; its hello follows as the first line.
        case connected
        case line(Line)
        /// There is no connection. Reported once for each reason in a row, not for each attempt. The text describes the reason
        /// in one line.
        case disconnected(FeedWait.Reason, String)
    }

    /// The newest lines and the state of the connection.
    package struct State: Sendable {
        package var isConnected = false
        /// From the present connection, or from the last one.
        package var hello, status, tracks: Line?
        /// Why there is no connection; nil while there is one, and before the first attempt has failed.
        package var reason: FeedWait.Reason?
        /// The reason in one line.
        package var problem: String?
        /// Number of skipped invalid lines.
        package var skipped = 0
        /// Number of connections so far.
        package var connections = 0

        package init() {}
    }

    /// Limits of a daemon's silence and of its lines; its status comes once a second.
    package struct Limits: Sendable {
        /// Seconds without a line after which the connection is closed.
        package var silence = 10.0
        /// Maximum length of a line in bytes.
        package var line = 1 << 16

        package init() {}
    }

    private let places: [FeedAddress]
    private let isDefault: Bool
    private let limits: Limits
    private let receive: @Sendable (Event) -> Void
    private let current = Mutex(State())
    private let thread = NamedThread(name: "bearing-client")
    private static let protocolVersion = 1

    /// - Parameters:
    ///   - places: the addresses to try, the first that answers is used.
    ///   - byDefault: the user did not give the addresses, so only trusted servers are accepted (docs/socket.md).
    ///   - receive: called for each event, in order, on the subscription's own thread. It must not block for long: meanwhile lines
    ///     wait in the daemon's queue.
    package init(
        places: [FeedAddress], byDefault: Bool = false, limits: Limits = Limits(), receive: @escaping @Sendable (Event) -> Void
    ) {
        precondition(!places.isEmpty, "a subscription needs an address")
        self.places = places
        isDefault = byDefault
        self.limits = limits
        self.receive = receive
    }

    /// The newest lines and the state of the connection; callable from any thread.
    package var state: State { current.withLock { $0 } }

    /// The daemon's address in messages.
    package var place: String { places[0].description }

    package func start() { thread.start { [self] in run() } }

    /// Ends the thread: at once, unless a name server or a full queue of connections blocks it.
    package func stop() { thread.stop(patience: MonotonicTime.second / 2) }

    private func run() {
        var wait = FeedWait(place: place)
        while !thread.isStopping {
            let reason = attempt(&wait)
            guard !thread.isStopping else { return }
            let (isNews, seconds) = wait.failed(reason)
            let line = wait.line(reason)
            current.withLock { ($0.isConnected, $0.reason, $0.problem) = (false, reason, line) }
            if isNews { receive(.disconnected(reason, line)) }
            _ = thread.stopEvent.wait(until: MonotonicTime.now + Int64(seconds * Double(MonotonicTime.second)))
        }
    }

    /// Connects and reads to the end of the connection.
    private func attempt(_ wait: inout FeedWait) -> FeedWait.Reason {
        var found = FeedWait.Reason.absent
        for place in places {
            do throws(FeedClient.Refusal) {
                return read(try FeedClient(reaching: place, timeout: limits.silence, byDefault: isDefault), &wait)
            } catch {
                if let stranger = error.stranger {
                    found = .foreign(stranger)
                } else if place.isTaken {
                    found = .foreign("expected a daemon, found \(FeedClient.noSocket)")
                }
            }
        }
        return found
    }

    private func read(_ client: FeedClient, _ wait: inout FeedWait) -> FeedWait.Reason {
        var hello: Line?
        var isReached = false
        while true {
            switch client.nextLine(until: MonotonicTime.seconds + limits.silence, wake: thread.stopEvent) {
            case .line(let bytes):
                guard let line = line(bytes) else { continue }
                if line.content.type == "hello" {
                    guard line.content.protocol == Self.protocolVersion else {
                        let version = line.content.protocol.map { "\($0)" } ?? "none"
                        return .foreign("expected protocol \(Self.protocolVersion), found \(version): use the bearing that belongs to it")
                    }
                    if !isReached { hello = line }
                }
                if !isReached {
                    // A server that repeatedly sends hello and closes the connection is reported once.
                    guard let first = hello, line.content.type == "status" || line.content.type == "tracks" else { continue }
                    isReached = true
                    wait.reached()
                    current.withLock { state in
                        state.isConnected = true
                        state.connections += 1
                        (state.reason, state.problem, state.status, state.tracks) = (nil, nil, nil, nil)
                    }
                    receive(.connected)
                    take(first)
                }
                take(line)
            case .ended: return isReached ? .left : .turnedAway
            case .timedOut: return .silent
            case .tooLong: return .endless
            }
        }
    }

    private func take(_ line: Line) {
        current.withLock { state in
            switch line.content.type {
            case "hello": state.hello = line
            case "status": state.status = line
            case "tracks": state.tracks = line
            default: break
            }
        }
        receive(.line(line))
    }

    /// nil for an invalid line.
    private func line(_ bytes: [UInt8]) -> Line? {
        guard bytes.count <= limits.line, String(validating: bytes, as: UTF8.self) != nil, let content = FeedClient.object(bytes) else {
            current.withLock { $0.skipped += 1 }
            return nil
        }
        return Line(bytes: bytes, content: content)
    }
}
