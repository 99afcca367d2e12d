/// Maps durations to buckets: each power of two is divided into 128 equal parts, so that shorter durations have narrower
/// buckets.
///
/// A bucket is at most 1/128 (0.79 %) of its durations wide; below 128 ns each nanosecond has its own. This is the method of
/// HdrHistogram (G. Tene), with fixed memory.
enum LatencyBuckets {
    private static let fineBits = 7
    private static let fine = 1 << fineBits
    /// Durations from 2^36 ns (69 s) on share the last bucket.
    private static let octaves = 36
    static let count = (octaves - fineBits + 1) * fine

    /// The bucket of a duration in nanoseconds; a negative one counts as 0.
    static func index(of nanoseconds: Int64) -> Int {
        let value = Int(min(max(nanoseconds, 0), 1 << octaves - 1))
        guard value >= fine else { return value }
        let shift = Int.bitWidth - 1 - value.leadingZeroBitCount - fineBits
        return shift * fine + value >> shift
    }

    /// The longest duration of a bucket, in nanoseconds.
    static func longest(in index: Int) -> Int64 {
        guard index >= fine else { return Int64(index) }
        let shift = index / fine - 1
        return Int64((index % fine + fine + 1) << shift - 1)
    }
}
