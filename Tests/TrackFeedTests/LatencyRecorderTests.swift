import Foundation
import TestSupport
import Testing

@testable import TrackFeed

@Suite struct LatencyRecorderTests {
    private static let second: Int64 = 1_000_000_000

    /// Durations of many shapes: name and nanoseconds.
    private static let shapes: [(name: String, durations: [Int64])] = {
        var random = SeededRandom(seed: 5)
        func many(_ count: Int, _ draw: (inout SeededRandom) -> Double) -> [Int64] {
            (0..<count).map { _ in Int64(draw(&random)) }
        }
        return [
            ("one", [1_234_567]), ("two", [5, 2_000_000_000]), ("zeros", [0, 0, 0]), ("below the fine buckets", Array(0...200)),
            ("all alike", [Int64](repeating: 12_345_678, count: 1000)),
            ("powers of two and beside", (0..<36).flatMap { [1 << $0 - 1, 1 << $0, 1 << $0 + 1] }),
            ("beyond the last bucket", [3, 1 << 36 - 1, 1 << 36, 1 << 40, .max / 4]),
            ("evenly spread", many(10_000) { Double.random(in: 0...50e6, using: &$0) }),
            ("over nine decades", many(10_000) { pow(10, Double.random(in: 0...9, using: &$0)) }),
            ("a long tail", many(999) { Double.random(in: 5e6...6e6, using: &$0) } + [30 * second]),
        ]
    }()

    /// The exact percentile by nearest rank, and at most a 128th above it.
    @Test func percentilesAreThoseOfTheSortedList() {
        for (name, durations) in Self.shapes {
            let recorder = LatencyRecorder()
            for duration in durations { recorder.record(duration, at: 7 * Self.second) }
            let sorted = durations.sorted()
            for summary in [recorder.sinceStart(), recorder.lastMinute(at: 9 * Self.second)] {
                #expect(summary.count == durations.count && summary.longest == sorted.last, "\(name)")
                #expect(summary.sum == durations.reduce(0, +), "\(name)")
                for (told, perThousand) in [(summary.p50, 500), (summary.p90, 900), (summary.p99, 990), (summary.p999, 999)] {
                    let exact = sorted[(durations.count * perThousand + 999) / 1000 - 1]
                    // Durations that the buckets do not reach are only known to be at most the longest.
                    let highest = exact < 1 << 36 - 1 << 28 ? exact + exact / 128 : summary.longest
                    #expect((exact...highest).contains(told), "\(name): \(perThousand) of 1000: \(told), exactly \(exact)")
                }
            }
        }
    }

    @Test func bucketsHaveNoGapsAndAcceptAnyDuration() {
        for index in 0..<LatencyBuckets.count - 1 {
            let longest = LatencyBuckets.longest(in: index)
            #expect(LatencyBuckets.index(of: longest) == index && LatencyBuckets.index(of: longest + 1) == index + 1)
        }
        #expect(LatencyBuckets.index(of: 0) == 0 && LatencyBuckets.index(of: -1) == 0 && LatencyBuckets.index(of: .min) == 0)
        #expect(LatencyBuckets.index(of: .max) == LatencyBuckets.count - 1)
        let recorder = LatencyRecorder()
        recorder.record(-5, at: 0)
        #expect(recorder.sinceStart().count == 1 && recorder.sinceStart().sum == 0 && recorder.sinceStart().longest == 0)
    }

    @Test func noDurationsGiveZeros() {
        let recorder = LatencyRecorder()
        #expect(recorder.sinceStart() == LatencySummary() && recorder.lastMinute(at: 0) == LatencySummary())
    }

    /// One duration per second for ten minutes: the minute contains 60 to 70 of them, and expires without further ones.
    @Test func theMinuteExpiresAndTheTotalDoesNot() {
        let recorder = LatencyRecorder()
        // A monotonic clock may stand anywhere.
        let start: Int64 = 12_345 * Self.second
        for turn in 0..<600 as Range<Int64> {
            recorder.record(turn * 1000, at: start + turn * Self.second)
            let minute = recorder.lastMinute(at: start + turn * Self.second)
            #expect(turn < 60 ? minute.count == turn + 1 : (60...70).contains(minute.count), "\(minute.count) at \(turn)")
            #expect(minute.longest == turn * 1000)
        }
        #expect(recorder.sinceStart().count == 600)
        let end = start + 599 * Self.second
        #expect(recorder.lastMinute(at: end + 30 * Self.second).count > 20)
        #expect(recorder.lastMinute(at: end + 71 * Self.second) == LatencySummary())
        // After a pause longer than everything that is kept, no old slice comes back.
        recorder.record(1, at: end + 80 * Self.second)
        #expect(recorder.lastMinute(at: end + 80 * Self.second).count == 1)
    }

    @Test func recordingAllocatesNothing() {
        let recorder = LatencyRecorder()
        let count = allocations {
            for turn in 0..<10_000 as Range<Int64> { recorder.record(turn * turn * 1000, at: turn * Self.second / 10) }
        }
        #expect(count == 0)
        #expect(recorder.sinceStart().count == 10_000)
    }

    /// A concurrent reader sees counts that only grow, and percentiles of recorded durations.
    @Test func aConcurrentReaderSeesConsistentValues() {
        let recorder = LatencyRecorder()
        let total: Int64 = 200_000
        let done = DispatchSemaphore(value: 0)
        Thread {
            for turn in 0..<total { recorder.record(1_000_000 + turn % 1000, at: turn * Self.second / 1000) }
            done.signal()
        }.start()
        var seen = 0
        while done.wait(timeout: .now()) == .timedOut {
            let summary = recorder.sinceStart()
            #expect(summary.count >= seen)
            if summary.count > 0 { #expect((1_000_000...1_008_000).contains(summary.p99)) }
            seen = summary.count
        }
        #expect(recorder.sinceStart().count == Int(total))
    }
}
