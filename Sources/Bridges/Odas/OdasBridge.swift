package import Configuration
package import Logging
package import Subscription
import Synchronization
import TrackFeed

/// Tracks as ODAS sends them, to one peer or two.
package final class OdasBridge: Bridge {
    private let sinks: [OdasSink]
    private let count = Mutex(0)

    package init(_ configuration: OdasConfiguration, log: Logger) {
        let peers: [(OdasSink.Kind, FeedAddress?)] = [(.tracked, configuration.tracked), (.potential, configuration.potential)]
        sinks = peers.compactMap { kind, peer in peer.map { OdasSink(kind, peer: $0, log: log) } }
    }

    package func start() { for sink in sinks { sink.start() } }

    package func stop() { for sink in sinks { sink.stop() } }

    /// Takes what the subscription reports.
    package func take(_ event: FeedSubscription.Event) {
        guard case .line(let line) = event, line.content.type == "tracks" else { return }
        let number = count.withLock { count in
            defer { count += 1 }
            return count
        }
        for sink in sinks { sink.push(BlockQueue.Block(number: number, tracks: line.content.tracks ?? [])) }
    }
}
