import Platform
import Subscription
import Synchronization
import TrackFeed

/// What the subscription reported and the session at the broker has not yet seen.
final class NodeInbox: Sendable {
    struct Content {
        var isDaemonThere = false
        var version = "bearing"
        var tracks: [FeedLine.Track] = []
        /// The newest lines of tracks, where these are published.
        var lines: [[UInt8]] = []
    }

    private static let mostLines = 10

    private let content = Mutex(Content())
    private let keepsLines: Bool
    let news = WakeEvent()

    init(keepsLines: Bool) { self.keepsLines = keepsLines }

    func take(_ event: FeedSubscription.Event) {
        content.withLock { content in
            switch event {
            case .connected: content.isDaemonThere = true
            case .disconnected: (content.isDaemonThere, content.tracks) = (false, [])
            case .line(let line) where line.content.type == "hello":
                content.version = line.content.name.map { ForeignText($0).description } ?? "bearing"
            case .line(let line) where line.content.type == "tracks":
                content.tracks = line.content.tracks ?? []
                guard keepsLines else { return }
                if content.lines.count == Self.mostLines { content.lines.removeFirst() }
                content.lines.append(line.bytes)
            default: break
            }
        }
        news.signal()
    }

    /// All of it; lines are returned once.
    func drain() -> Content {
        content.withLock { content in
            defer { content.lines.removeAll() }
            return content
        }
    }
}
