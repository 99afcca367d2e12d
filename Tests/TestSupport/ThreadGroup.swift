import Foundation
public import Platform

/// Ranks that are threads of one process, for tests of what processes do together.
public final class ThreadGroup: RankGroup {
    /// What all ranks share: a place for their buffers, and a barrier.
    @safe
    private final class Meeting: @unchecked Sendable {
        private let condition = NSCondition()
        private let count: Int
        private var arrived = 0
        private var round = 0
        /// Of the present call, by ranks.
        var buffers: [UnsafeMutableRawBufferPointer?]
        var parts: [[Range<Int>]]

        init(_ count: Int) {
            self.count = count
            unsafe buffers = Array(repeating: nil, count: count)
            parts = Array(repeating: [], count: count)
        }

        func offer(_ buffer: UnsafeMutableRawBufferPointer, _ parts: [Range<Int>], rank: Int) {
            condition.lock()
            unsafe buffers[rank] = buffer
            self.parts[rank] = parts
            condition.unlock()
            wait()
        }

        func wait() {
            condition.lock()
            let own = round
            arrived += 1
            if arrived == count {
                (arrived, round) = (0, round + 1)
                condition.broadcast()
            }
            while round == own { condition.wait() }
            condition.unlock()
        }
    }

    public let rank: Int
    public let count: Int
    private let meeting: Meeting

    private init(_ rank: Int, _ count: Int, _ meeting: Meeting) { (self.rank, self.count, self.meeting) = (rank, count, meeting) }

    /// Runs `body` once for each rank, all at the same time.
    /// - Returns: the results, by ranks.
    public static func run<Result: Sendable>(_ count: Int, _ body: @Sendable (ThreadGroup) throws -> Result) throws -> [Result] {
        let meeting = Meeting(count)
        let results = concurrentMap(Array(0..<count), threads: count) { rank in
            Swift.Result { try body(ThreadGroup(rank, count, meeting)) }
        }
        return try results.map { try $0.get() }
    }

    public func gather(_ bytes: UnsafeMutableRawBufferPointer, parts: [Range<Int>]) {
        unsafe meeting.offer(bytes, parts, rank: rank)
        for other in 0..<count where other != rank {
            precondition(meeting.parts[other] == parts, "all ranks gather the same parts")
            for index in parts[other] { unsafe bytes[index] = meeting.buffers[other]![index] }
        }
        meeting.wait()
    }

    public func beginExchange(_ bytes: UnsafeRawBufferPointer, parts: [Range<Int>], into received: UnsafeMutableRawBufferPointer) {
        unsafe meeting.offer(UnsafeMutableRawBufferPointer(mutating: bytes), parts, rank: rank)
        var place = 0
        for other in 0..<count {
            for index in meeting.parts[other][rank] {
                unsafe received[place] = meeting.buffers[other]![index]
                place += 1
            }
        }
        meeting.wait()
    }

    public func progress() {}
    public func endExchange() {}
}
