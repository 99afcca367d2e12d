import CRealtime
import Glibc
import Synchronization
import Tracking

/// Hands blocks from the analysis thread to the server thread: wait-free for the sender, one slot a block.
///
/// One thread posts, one takes. When the taker is so late that the ring is full, the new block is dropped and counted.
@safe
public final class Mailbox: @unchecked Sendable {
    public let capacity: Int
    /// Readable when something was posted or `wake` was called since the last `clearWake`.
    let wakeDescriptor: Int32
    private let slots: UnsafeMutablePointer<FeedBlock>
    private let posted = Atomic<Int>(0)
    private let taken = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)

    /// - Parameter capacity: blocks that wait at most.
    public init(capacity: Int = 256) {
        precondition(capacity > 0, "a mailbox has at least one slot")
        self.capacity = capacity
        wakeDescriptor = bearing_event_open()
        precondition(wakeDescriptor >= 0, "no file descriptor left for an event: raise RLIMIT_NOFILE")
        unsafe slots = .allocate(capacity: capacity)
        unsafe slots.initialize(
            repeating: FeedBlock(sequence: 0, time: 0, tracks: .init()), count: capacity)
    }

    deinit {
        unsafe slots.deinitialize(count: capacity)
        unsafe slots.deallocate()
        close(wakeDescriptor)
    }

    /// Blocks that found the ring full, since the start.
    public var dropped: Int { lost.load(ordering: .relaxed) }

    /// Posts a block; called by the analysis thread only. No allocation, no lock.
    /// - Returns: whether there was room.
    @discardableResult
    public func post(_ block: FeedBlock) -> Bool {
        let next = posted.load(ordering: .relaxed)
        guard next - taken.load(ordering: .acquiring) < capacity else {
            lost.wrappingAdd(1, ordering: .relaxed)
            wake()
            return false
        }
        unsafe slots[next % capacity] = block
        posted.store(next + 1, ordering: .releasing)
        wake()
        return true
    }

    /// Wakes the server: a status changed. From any thread.
    public func wake() { bearing_event_signal(wakeDescriptor) }

    /// The oldest block that waits; called by the server thread only.
    func take() -> FeedBlock? {
        let next = taken.load(ordering: .relaxed)
        guard next < posted.load(ordering: .acquiring) else { return nil }
        let block = unsafe slots[next % capacity]
        taken.store(next + 1, ordering: .releasing)
        return block
    }

    func clearWake() { bearing_event_clear(wakeDescriptor) }
}
