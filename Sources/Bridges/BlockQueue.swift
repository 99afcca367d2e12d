package import Platform
import Synchronization
package import TrackFeed

/// Blocks on their way from the subscription to the thread of a peer: the newest few, so that no peer holds the subscription up.
package final class BlockQueue: Sendable {
    package struct Block: Sendable {
        /// Counts the blocks of this process.
        package let number: Int
        package let tracks: [FeedLine.Track]

        package init(number: Int, tracks: [FeedLine.Track]) {
            self.number = number
            self.tracks = tracks
        }
    }

    /// Signalled by each block.
    package let news = WakeEvent()
    private let blocks = Mutex<[Block]>([])
    private static let capacity = 10

    package init() {}

    package func push(_ block: Block) {
        blocks.withLock {
            if $0.count == Self.capacity { $0.removeFirst() }
            $0.append(block)
        }
        news.signal()
    }

    /// All that wait, oldest first.
    package func takeAll() -> [Block] {
        news.clear()
        return blocks.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
    }
}
