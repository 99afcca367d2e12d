import Synchronization

/// A queue of fixed capacity between two threads: one posts, one takes. Neither waits for the other, and neither allocates.
@safe
package final class HandoverQueue<Element: Sendable>: @unchecked Sendable {
    package let capacity: Int
    private let slots: UnsafeMutablePointer<Element>
    private let posted: Atomic<Int>
    private let taken: Atomic<Int>

    /// - Parameters: `capacity` elements wait at most; `filler` initialises the slots; `past` elements
    ///   count as posted and taken already.
    package init(capacity: Int, filler: Element, past: Int = 0) {
        precondition(capacity > 0, "a queue has at least one slot")
        self.capacity = capacity
        posted = Atomic(past)
        taken = Atomic(past)
        unsafe slots = .allocate(capacity: capacity)
        unsafe slots.initialize(repeating: filler, count: capacity)
    }

    deinit {
        unsafe slots.deinitialize(count: capacity)
        unsafe slots.deallocate()
    }

    /// Called by the posting thread.
    /// - Returns: false if the queue was full and nothing was posted.
    package func post(_ element: Element) -> Bool {
        let index = posted.load(ordering: .relaxed)
        guard index - taken.load(ordering: .acquiring) < capacity else { return false }
        unsafe slots[index % capacity] = element
        posted.store(index + 1, ordering: .releasing)
        return true
    }

    /// Called by the taking thread: the oldest element, which stays in the queue.
    package var next: Element? {
        let index = taken.load(ordering: .relaxed)
        guard index < posted.load(ordering: .acquiring) else { return nil }
        return unsafe slots[index % capacity]
    }

    /// Called by the taking thread: removes the element that `next` returned.
    package func advance() { taken.wrappingAdd(1, ordering: .releasing) }
}
