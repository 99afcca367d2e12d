/// Processes, perhaps on several machines, that train on one batch together. All make the same calls in the same order.
///
/// No call fails: if a process ends, or a connection breaks, all processes end.
public protocol RankGroup: AnyObject, Sendable {
    /// The number of this process, 0..<count.
    var rank: Int { get }
    var count: Int { get }

    /// Fills in the parts of all other ranks.
    /// - Parameters:
    ///   - bytes: part r is that of rank r; this rank's own part is there before.
    ///   - parts: consecutive ranges of `bytes`, one for each rank.
    func gather(_ bytes: UnsafeMutableRawBufferPointer, parts: [Range<Int>])

    /// Begins to send part r of `bytes` to rank r, and to receive this rank's part from every rank. Both buffers must stay as they are
    /// until `endExchange`; `gather` may be called between the two.
    /// - Parameter received: the parts, in the order of the ranks.
    func beginExchange(_ bytes: UnsafeRawBufferPointer, parts: [Range<Int>], into received: UnsafeMutableRawBufferPointer)

    /// Continues what was begun, without waiting; called now and then by the thread that has called the others.
    func progress()

    /// Waits until what was begun is done.
    func endExchange()
}

extension RankGroup {
    /// Consecutive parts of `total` items, one for each rank; their sizes differ by at most one.
    public func shares(of total: Int) -> [Range<Int>] {
        (0..<count).map { total * $0 / count..<total * ($0 + 1) / count }
    }

    /// Waits for all ranks.
    public func meet() { _ = gather([]) }

    /// The messages of all ranks, in their order.
    public func gather(_ message: [UInt8]) -> [[UInt8]] {
        var lengths = [Int](repeating: 0, count: count)
        lengths[rank] = message.count
        let size = MemoryLayout<Int>.stride
        unsafe lengths.withUnsafeMutableBytes { bytes in
            unsafe gather(bytes, parts: (0..<count).map { $0 * size..<($0 + 1) * size })
        }
        var parts: [Range<Int>] = []
        for length in lengths { parts.append((parts.last?.upperBound ?? 0)..<(parts.last?.upperBound ?? 0) + length) }
        var all = [UInt8](repeating: 0, count: parts.last?.upperBound ?? 0)
        all.replaceSubrange(parts[rank], with: message)
        unsafe all.withUnsafeMutableBytes { bytes in unsafe gather(bytes, parts: parts) }
        return parts.map { Array(all[$0]) }
    }

    /// Replaces the bytes by those of rank 0.
    public func broadcast(_ bytes: UnsafeMutableRawBufferPointer) {
        unsafe gather(bytes, parts: [0..<bytes.count] + Array(repeating: bytes.count..<bytes.count, count: count - 1))
    }
}

extension Optional where Wrapped == any RankGroup {
    /// Whether this process writes files and messages: rank 0, or the only process.
    public var isLeader: Bool { self?.rank ?? 0 == 0 }
}

/// The sequences of a batch that this process works on; other ranks have the others.
public struct BatchShare: Sendable {
    /// Sequences of the whole batch.
    public let total: Int
    /// Those of this process.
    public let range: Range<Int>
    public let group: (any RankGroup)?

    /// - Parameter group: nil for a process that works on the whole batch.
    public init(_ total: Int, in group: (any RankGroup)? = nil) {
        self.total = total
        self.group = group
        range = group.map { $0.shares(of: total)[$0.rank] } ?? 0..<total
    }

    public var isLeader: Bool { group.isLeader }

    /// Fills in what other ranks have written about their sequences.
    /// - Parameter values: as many for each sequence of the whole batch.
    public func gather<Value: BitwiseCopyable>(_ values: UnsafeMutableBufferPointer<Value>) {
        guard let group else { return }
        let size = values.count / total * MemoryLayout<Value>.stride
        let parts = group.shares(of: total).map { $0.lowerBound * size..<$0.upperBound * size }
        unsafe group.gather(UnsafeMutableRawBufferPointer(values), parts: parts)
    }

    /// The sum over all ranks, in their order.
    public func sum(_ value: Double) -> Double {
        guard let group else { return value }
        var values = [Double](repeating: 0, count: group.count)
        values[group.rank] = value
        let size = MemoryLayout<Double>.stride
        unsafe values.withUnsafeMutableBytes { bytes in
            unsafe group.gather(bytes, parts: (0..<group.count).map { $0 * size..<($0 + 1) * size })
        }
        return values.reduce(0, +)
    }
}
