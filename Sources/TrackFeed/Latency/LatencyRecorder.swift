import Synchronization

/// Counts durations, since the start and in the last minute, in a fixed memory of 270 KiB.
///
/// One thread records, without allocation or lock; other threads read at any time. A reader sees each duration entirely or not
/// at all, except that one recorded during the read may be in the count and not in the sum.
public final class LatencyRecorder: Sendable {
    private static let sliceNanoseconds: Int64 = 10_000_000_000
    /// The present slice and the six before it are the last minute: 60 to 70 s.
    private static let slicesOfMinute = 7

    private let total: LatencyCounts
    /// One slice more than a minute has, so that the slice being cleared is not read.
    private let slices = (0...slicesOfMinute).map { _ in LatencyCounts() }

    /// - Parameter past: durations of 0 that count as already recorded.
    public init(past: Int = 0) { total = LatencyCounts(past: past) }

    /// Counts a duration; called by one thread only.
    ///
    /// - Parameters:
    ///   - nanoseconds: a negative duration counts as 0.
    ///   - now: nanoseconds of the monotonic clock, never less than before.
    public func record(_ nanoseconds: Int64, at now: Int64) {
        let number = Int(now / Self.sliceNanoseconds)
        let slice = slices[number % slices.count]
        if slice.number != number { slice.restart(as: number) }
        slice.add(nanoseconds)
        total.add(nanoseconds)
    }

    /// Everything since the start.
    public func sinceStart() -> LatencySummary { Self.summary(of: [total]) }

    /// What was recorded in the last 60 to 70 seconds.
    ///
    /// - Parameter now: nanoseconds of the monotonic clock.
    public func lastMinute(at now: Int64) -> LatencySummary {
        let present = Int(now / Self.sliceNanoseconds)
        return Self.summary(of: slices.filter { (0..<Self.slicesOfMinute).contains(present - $0.number) })
    }

    private static func summary(of parts: [LatencyCounts]) -> LatencySummary {
        var buckets = [Int](repeating: 0, count: LatencyBuckets.count)
        for part in parts { part.add(to: &buckets) }
        return LatencySummary(
            buckets: buckets, sum: parts.reduce(0) { $0 + $1.sum }, longest: parts.reduce(0) { max($0, $1.longest) })
    }
}

/// The durations of one time slice.
@safe
private final class LatencyCounts: @unchecked Sendable {
    private let buckets: UnsafeMutablePointer<Atomic<Int>>
    private let sliceNumber = Atomic<Int>(-1)
    private let sumNanoseconds = Atomic<Int64>(0)
    private let longestNanoseconds = Atomic<Int64>(0)
    /// The lowest and highest bucket that may be filled. Latencies of one machine are similar, so a reader can skip the others.
    private let lowest = Atomic<Int>(LatencyBuckets.count)
    private let highest = Atomic<Int>(-1)

    /// - Parameter past: durations of 0 that count as already recorded.
    init(past: Int = 0) {
        unsafe buckets = .allocate(capacity: LatencyBuckets.count)
        for i in 0..<LatencyBuckets.count { unsafe (buckets + i).initialize(to: Atomic(i == 0 ? past : 0)) }
        guard past > 0 else { return }
        lowest.store(0, ordering: .relaxed)
        highest.store(0, ordering: .relaxed)
    }

    deinit {
        unsafe buckets.deinitialize(count: LatencyBuckets.count)
        unsafe buckets.deallocate()
    }

    /// The number of this slice of ten seconds; -1 before the first.
    var number: Int { sliceNumber.load(ordering: .acquiring) }
    var sum: Int64 { sumNanoseconds.load(ordering: .relaxed) }
    var longest: Int64 { longestNanoseconds.load(ordering: .relaxed) }

    func restart(as number: Int) {
        sliceNumber.store(-1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        for i in 0..<LatencyBuckets.count { unsafe buckets[i].store(0, ordering: .relaxed) }
        sumNanoseconds.store(0, ordering: .relaxed)
        longestNanoseconds.store(0, ordering: .relaxed)
        lowest.store(LatencyBuckets.count, ordering: .relaxed)
        highest.store(-1, ordering: .relaxed)
        sliceNumber.store(number, ordering: .releasing)
    }

    /// Only one thread writes, so a load and a store make an addition.
    func add(_ nanoseconds: Int64) {
        let index = LatencyBuckets.index(of: nanoseconds)
        unsafe buckets[index].store(buckets[index].load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        // Ten years of blocks, each two seconds late, fill two thirds of its range.
        sumNanoseconds.store(sum &+ max(nanoseconds, 0), ordering: .relaxed)
        if nanoseconds > longest { longestNanoseconds.store(nanoseconds, ordering: .relaxed) }
        if index < lowest.load(ordering: .relaxed) { lowest.store(index, ordering: .relaxed) }
        if index > highest.load(ordering: .relaxed) { highest.store(index, ordering: .relaxed) }
    }

    func add(to sums: inout [Int]) {
        let (first, last) = (lowest.load(ordering: .relaxed), highest.load(ordering: .relaxed))
        guard first <= last else { return }
        for i in first...last { unsafe sums[i] += buckets[i].load(ordering: .relaxed) }
    }
}

/// The daemon's own latency measurements; each recorder is written by one thread.
public struct FeedTimings: Sendable {
    /// From the end of a block (its last sample in the air) until its line is written to the subscribers. Recorded by the
    /// server.
    public let latency: LatencyRecorder
    /// Computing time of each block. Recorded by the analysis.
    public let computing: LatencyRecorder

    /// - Parameter past: blocks that count as already recorded.
    public init(past: Int = 0) {
        latency = LatencyRecorder(past: past)
        computing = LatencyRecorder(past: past)
    }
}
