import CRealtime
import Glibc
import Platform
import Synchronization
import Tracking

/// Hands blocks from the analysis thread to the server thread: wait-free for the sender, one slot a block.
///
/// One thread posts, one takes. When the taker is so late that the ring is full, the new block is dropped and counted.
public final class Mailbox: Sendable {
    /// Readable when something was posted or `wake` was called since the last `clearWake`.
    let wakeDescriptor: Int32
    private let queue: HandoverQueue<FeedBlock>
    private let lost = Atomic<Int>(0)

    /// - Parameters:
    ///   - capacity: blocks that wait at most.
    ///   - past: blocks that count as handed over already.
    public init(capacity: Int = 256, past: Int = 0) {
        wakeDescriptor = bearing_event_open()
        precondition(wakeDescriptor >= 0, "no file descriptor left for an event: raise RLIMIT_NOFILE")
        queue = HandoverQueue(capacity: capacity, filler: FeedBlock(sequence: 0, time: 0, tracks: .init()), past: past)
    }

    deinit { close(wakeDescriptor) }

    /// Blocks that wait at most.
    public var capacity: Int { queue.capacity }
    /// Blocks that found the ring full, since the start.
    public var dropped: Int { lost.load(ordering: .relaxed) }

    /// Posts a block; called by the analysis thread only. No allocation, no lock.
    /// - Returns: whether there was room.
    @discardableResult
    public func post(_ block: FeedBlock) -> Bool {
        let hasRoom = queue.post(block)
        if !hasRoom { lost.wrappingAdd(1, ordering: .relaxed) }
        wake()
        return hasRoom
    }

    /// Wakes the server: a status changed. From any thread.
    public func wake() { bearing_event_signal(wakeDescriptor) }

    /// The oldest block that waits; called by the server thread only.
    func take() -> FeedBlock? {
        guard let block = queue.next else { return nil }
        queue.advance()
        return block
    }

    func clearWake() { bearing_event_clear(wakeDescriptor) }
}
