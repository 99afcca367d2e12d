/// Percentiles of durations in a period, in nanoseconds.
///
/// A percentile is at least the exact one (nearest rank) and at most 1/128 above it; `longest` is exact.
public struct LatencySummary: Sendable, Hashable {
    public var count = 0
    /// Of all durations.
    public var sum: Int64 = 0
    public var longest: Int64 = 0
    /// Of 1000 durations, 500, 900, 990 and 999 are at most this long. 0 if nothing was counted.
    public var p50: Int64 = 0
    public var p90: Int64 = 0
    public var p99: Int64 = 0
    public var p999: Int64 = 0

    public init() {}

    /// - Parameter buckets: how many durations fell into each bucket.
    init(buckets: [Int], sum: Int64, longest: Int64) {
        let count = buckets.reduce(0, +)
        guard count > 0 else { return }
        self.count = count
        self.sum = sum
        self.longest = longest
        // The first bucket up to which at least `rank` durations lie; ranks ascend, so one pass finds all.
        var (index, below) = (0, 0)
        func percentile(_ perThousand: Int) -> Int64 {
            let rank = (count * perThousand + 999) / 1000
            while below + buckets[index] < rank {
                below += buckets[index]
                index += 1
            }
            // The last bucket has no upper limit, and no duration exceeds the longest.
            return index == buckets.count - 1 ? longest : min(LatencyBuckets.longest(in: index), longest)
        }
        p50 = percentile(500)
        p90 = percentile(900)
        p99 = percentile(990)
        p999 = percentile(999)
    }
}
