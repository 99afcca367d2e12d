import CRealtime
import Glibc
import Platform
import Synchronization
import Tracking

/// Passes blocks from the analysis thread to the server thread: wait-free for the sender, one slot per block.
///
/// One thread posts, one takes. If the mailbox is full, the new block is dropped and counted.
public final class Mailbox: TrackSink {
    /// Readable when something was posted or `wake` was called since the last `clearWake`.
    let wakeDescriptor: Int32
    private let queue: HandoverQueue<FeedBlock>
    private let lost = Atomic<Int>(0)

    /// - Parameters:
    ///   - capacity: maximum of waiting blocks.
    ///   - past: blocks that count as already passed.
    public init(capacity: Int = 256, past: Int = 0) {
        wakeDescriptor = bearing_event_open()
        precondition(wakeDescriptor >= 0, "eventfd failed for lack of file descriptors: raise RLIMIT_NOFILE")
        queue = HandoverQueue(capacity: capacity, filler: FeedBlock(sequence: 0, time: 0, tracks: .init()), past: past)
    }

    deinit { close(wakeDescriptor) }

    /// Maximum of waiting blocks.
    public var capacity: Int { queue.capacity }
    /// Blocks dropped because the mailbox was full, since the start.
    public var dropped: Int { lost.load(ordering: .relaxed) }

    /// Posts a block; called by the analysis thread only. No allocation, no lock.
    /// - Returns: false if the mailbox was full.
    @discardableResult
    public func post(_ block: FeedBlock) -> Bool {
        let hasRoom = queue.post(block)
        if !hasRoom { lost.wrappingAdd(1, ordering: .relaxed) }
        wake()
        return hasRoom
    }

    public func take(_ block: FeedBlock) -> Bool { post(block) }

    /// Wakes the server after a change of status. Callable from any thread.
    public func wake() { bearing_event_signal(wakeDescriptor) }

    /// The oldest waiting block; called by the server thread only.
    func take() -> FeedBlock? {
        guard let block = queue.next else { return nil }
        queue.advance()
        return block
    }

    func clearWake() { bearing_event_clear(wakeDescriptor) }
}
