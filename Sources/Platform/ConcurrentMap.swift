import Dispatch
import Synchronization

/// Processes items on several threads; results are in the order of the items.
package func concurrentMap<Item: Sendable, Result: Sendable>(
    _ items: [Item], threads: Int, _ body: @Sendable (Item) -> Result
) -> [Result] {
    let results = Mutex<[Result?]>(Array(repeating: nil, count: items.count))
    DispatchQueue.concurrentPerform(iterations: threads) { worker in
        for index in stride(from: worker, to: items.count, by: threads) {
            let result = body(items[index])
            results.withLock { $0[index] = result }
        }
    }
    return results.withLock { $0.compactMap { $0 } }
}
