import Dispatch
import Synchronization

/// Processes items on several threads and takes the results on the calling thread, in the order of the items.
///
/// Bounded memory: at most `threads` items are processed at once, and at most as many results wait for an earlier one.
/// - Parameters:
///   - body: called on any thread; `isStopped` is true from the first error of `take` on, so that long work can end early.
///   - take: called once for each item, until it throws.
/// - Throws: the error of `take`, when all threads have returned.
package func processInOrder<Item: Sendable, Result: Sendable, Fault: Error>(
    _ items: [Item], threads: Int, _ body: @Sendable (_ item: Item, _ isStopped: () -> Bool) -> Result,
    take: (Result) throws(Fault) -> Void
) throws(Fault) {
    precondition(threads >= 1, "at least one thread")
    let workers = min(threads, items.count)
    guard workers > 1 else {
        for item in items { try take(body(item) { false }) }
        return
    }
    let queue = OrderedQueue<Result>(count: items.count, room: 2 * workers)
    var fault: Fault?
    // Worker 0 is the calling thread, which only takes results.
    WorkerTeam(count: workers + 1).run { worker in
        if worker > 0 {
            while let index = queue.next() { queue.finish(index, body(items[index]) { queue.isStopped }) }
            return
        }
        while fault == nil, let result = queue.take() {
            do throws(Fault) { try take(result) } catch { fault = error }
        }
        queue.stop(workers: workers)
    }
    if let fault { throw fault }
}

/// Processes items on several threads; results are in the order of the items.
package func concurrentMap<Item: Sendable, Result: Sendable>(
    _ items: [Item], threads: Int, _ body: @Sendable (Item) -> Result
) -> [Result] {
    var results: [Result] = []
    results.reserveCapacity(items.count)
    processInOrder(items, threads: threads) { item, _ in
        body(item)
    } take: {
        results.append($0)
    }
    return results
}

/// Numbers for workers to begin, and their results in the order of the numbers.
private final class OrderedQueue<Result: Sendable>: Sendable {
    private struct State {
        var begun = 0
        var taken = 0
        var results: [Int: Result] = [:]
    }

    private let count: Int
    private let state = Mutex(State())
    private let stopped = Atomic<Bool>(false)
    // Both begin with 0, since a semaphore must not be released below its first value.
    /// One signal for each item that may begin.
    private let room = DispatchSemaphore(value: 0)
    /// One signal for each finished item.
    private let finished = DispatchSemaphore(value: 0)

    /// - Parameters: `count` numbers in all; `room` of them may be begun and not taken.
    init(count: Int, room: Int) {
        self.count = count
        for _ in 0..<room { self.room.signal() }
    }

    var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// Called by workers: the next number, when there is room for it; nil at the end.
    func next() -> Int? {
        room.wait()
        let index = state.withLock { state in
            defer { state.begun += 1 }
            return state.begun
        }
        guard index < count, !isStopped else {
            // The next worker that waits ends too.
            room.signal()
            return nil
        }
        return index
    }

    func finish(_ index: Int, _ result: Result) {
        state.withLock { $0.results[index] = result }
        finished.signal()
    }

    /// Called by one thread: the next result in order, when it is finished; nil at the end.
    func take() -> Result? {
        while true {
            let (result, isLast) = state.withLock { state in
                let result = state.results.removeValue(forKey: state.taken)
                if result != nil { state.taken += 1 }
                return (result, state.taken == count)
            }
            if let result {
                room.signal()
                return result
            }
            if isLast { return nil }
            finished.wait()
        }
    }

    /// Ends all workers that wait, or begin another item.
    func stop(workers: Int) {
        stopped.store(true, ordering: .relaxed)
        for _ in 0..<workers { room.signal() }
    }
}
