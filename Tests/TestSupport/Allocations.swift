import CTestHooks

/// Counts the heap allocations of the calling thread while `body` runs, those of C libraries included.
///
/// Other threads are not counted: a test of a worker's own steps counts on that worker.
public func allocations(during body: () throws -> Void) rethrows -> Int {
    bearing_allocations_start()
    defer { _ = bearing_allocations_stop() }
    try body()
    return bearing_allocations_stop()
}
