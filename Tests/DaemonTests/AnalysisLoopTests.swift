import Geometry
import Kernels
import Pipeline
import Platform
import Testing
import Tracking

@testable import Audio
@testable import Daemon
@testable import TrackFeed

@Suite struct AnalysisLoopTests {
    /// Blocks are reported with their end times by both clocks, whatever the delay of an encoder.
    @Test(arguments: [false, true]) func timesAreThoseOfTheBlocks(isEncoded: Bool) {
        let encoding = isEncoded ? AFormatEncoder.filters(for: .tetrahedral) : nil
        let (stream, mailbox, timings) = (CaptureStream(), Mailbox(), FeedTimings())
        let loop = AnalysisLoop(
            stream: stream, pipeline: TestDaemon.pipeline(tellsAlways: true, encoding: encoding), sinks: [mailbox], health: Health(),
            timings: timings)
        loop.warmUp()
        let offset: Int64 = 1_000_000_000_000
        var timeline = CaptureTimeline(clock: stream.clock, wallOffset: offset)
        timeline.breakOff(at: 0)
        timeline.observe(frame: 0, at: 5_000_000_000)
        var (times, ends): ([Double], [Double]) = ([], [])
        // Pieces as they come from a device.
        for frames in [1000, 1400, 7, 2400, 2396, 5] {
            let samples = [Float](repeating: 0.01, count: 4 * frames)
            _ = stream.ring.write(samples.span)
            stream.wake.signal()
            loop.pass()
            while let block = mailbox.take() {
                times.append(block.time)
                ends.append(Double(block.ended ?? 0) * 1e-9)
            }
        }
        // 7208 frames are three blocks, the third of which needs the encoder's delay beyond its end.
        let expected = [5.1, 5.2, 5.3].prefix(isEncoded ? 2 : 3)
        #expect(times.count == expected.count && zip(times, expected).allSatisfy { abs($0 - $1 - 1000) < 1e-6 }, "\(times)")
        #expect(ends.count == expected.count && zip(ends, expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(ends)")
        // Frames that are analysed in full, whether or not the encoder has let their tracks through.
        let computing = timings.computing.sinceStart()
        #expect(computing.count == expected.count && computing.p50 > 0)
    }

    /// Audio before and after a gap, each block as it was reported.
    private func blocks(
        gap: Double, sleep: Double = 0, step: Double = 0, mailbox: Mailbox = Mailbox()
    ) -> (before: [FeedBlock], after: [FeedBlock]) {
        let stream = CaptureStream()
        let loop = AnalysisLoop(stream: stream, pipeline: TestDaemon.pipeline(tellsAlways: true), sinks: [mailbox], health: Health())
        var timeline = CaptureTimeline(clock: stream.clock, wallOffset: 0)
        var (time, frame) = (5.0, 0)
        func hear(seconds: Double) -> [FeedBlock] {
            var told: [FeedBlock] = []
            var random = SplitMix64(seed: 7)
            timeline.breakOff(at: frame)
            for _ in 0..<Int(seconds * 100) {
                timeline.observe(frame: frame, at: Int64(time * 1e9))
                let samples = (0..<240 * 4).map { _ in Float(random.unit() - 0.5) }
                _ = stream.ring.write(samples.span)
                stream.wake.signal()
                loop.pass()
                while let block = mailbox.take() { told.append(block) }
                time += 0.01
                frame += 240
            }
            return told
        }
        // Half a block is under way when the gap comes.
        let before = hear(seconds: 1.05)
        time += gap
        _ = timeline.follow(wallOffset: Int64((sleep + step) * 1e9))
        return (before, hear(seconds: 1))
    }

    private func directions(_ blocks: [FeedBlock]) -> [[Direction]] { blocks.map { $0.tracks.array.map(\.direction) } }
    private func ids(_ blocks: [FeedBlock]) -> Set<Int> { Set(blocks.flatMap { $0.tracks.array.map(\.id) }) }

    /// After more than half a second, also one that only the wall clock counts because the machine slept, everything is as at
    /// the start, but for ids and numbers.
    @Test(arguments: [(0.51, 0.0), (30, 0), (0.1, 28_800)])
    func aLongGapRestartsTheTracks(_ gap: Double, _ sleep: Double) {
        let (before, after) = blocks(gap: gap, sleep: sleep)
        #expect((before + after).map(\.sequence) == Array(0..<20))
        #expect(!ids(before).isEmpty && ids(before).isDisjoint(with: ids(after)))
        #expect(directions(before) == directions(after))
    }

    /// A short gap does not, whatever the wall clock does within a segment.
    @Test(arguments: [0.0, 0.2, 0.45])
    func aShortGapIsBridged(_ gap: Double) {
        let (before, after) = blocks(gap: gap)
        #expect((before + after).map(\.sequence) == Array(0..<20))
        #expect(!ids(before).isDisjoint(with: ids(after)))
        #expect(directions(before) != directions(after))
    }

    /// Numbers have no gap, even where the server takes nothing for so long that blocks are dropped.
    @Test func droppedBlocksLeaveNoGapInTheNumbers() {
        let mailbox = Mailbox(capacity: 4)
        let stream = CaptureStream()
        let loop = AnalysisLoop(stream: stream, pipeline: TestDaemon.pipeline(tellsAlways: true), sinks: [mailbox], health: Health())
        var timeline = CaptureTimeline(clock: stream.clock, wallOffset: 0)
        timeline.breakOff(at: 0)
        timeline.observe(frame: 0, at: 0)
        var told: [Int] = []
        for round in 0..<2 {
            let samples = [Float](repeating: 0.01, count: 4 * 2400 * (round == 0 ? 7 : 2))
            _ = stream.ring.write(samples.span)
            stream.wake.signal()
            loop.pass()
            while let block = mailbox.take() { told.append(block.sequence) }
        }
        #expect(told == Array(0..<6) && mailbox.dropped == 3)
    }

    /// Remembers what it was given.
    private final class Witness: TrackSink, @unchecked Sendable {  // touched by the test's thread alone
        private let takesBlocks: Bool
        private(set) var starts: [Double] = []
        private(set) var frames = 0
        private(set) var numbers: [Int] = []
        private(set) var wakeUps = 0

        init(takesBlocks: Bool = true) { self.takesBlocks = takesBlocks }

        func restart(at time: Double) { starts.append(time) }
        func take(_ samples: Span<Float>, at time: Double) { frames += samples.count / 4 }
        func take(_ block: FeedBlock) -> Bool {
            numbers.append(block.sequence)
            return takesBlocks
        }
        func wake() { wakeUps += 1 }
    }

    @Test func everySinkGetsStartsFramesAndBlocks() {
        let stream = CaptureStream()
        let sinks = [Witness(), Witness()]
        let loop = AnalysisLoop(stream: stream, pipeline: TestDaemon.pipeline(tellsAlways: true), sinks: sinks, health: Health())
        var timeline = CaptureTimeline(clock: stream.clock, wallOffset: 0)
        timeline.breakOff(at: 0)
        timeline.observe(frame: 0, at: 5_000_000_000)
        _ = stream.ring.write([Float](repeating: 0.01, count: 4 * 5000).span)
        stream.wake.signal()
        loop.pass()
        for sink in sinks {
            #expect(sink.starts == [5] && sink.frames == 5000 && sink.numbers == [0, 1] && sink.wakeUps == 0)
        }
        // Nothing but a change of state.
        stream.wake.signal()
        loop.pass()
        #expect(sinks.map(\.wakeUps) == [1, 1] && sinks.map(\.frames) == [5000, 5000])
    }

    /// As one of them lost the block, its subscribers would see a gap.
    @Test func aBlockThatASinkLosesGivesItsNumberToTheNext() {
        let stream = CaptureStream()
        let sinks = [Witness(takesBlocks: false), Witness()]
        let loop = AnalysisLoop(stream: stream, pipeline: TestDaemon.pipeline(tellsAlways: true), sinks: sinks, health: Health())
        var timeline = CaptureTimeline(clock: stream.clock, wallOffset: 0)
        timeline.breakOff(at: 0)
        timeline.observe(frame: 0, at: 0)
        _ = stream.ring.write([Float](repeating: 0.01, count: 4 * 4800).span)
        stream.wake.signal()
        loop.pass()
        #expect(sinks.map(\.numbers) == [[0, 0], [0, 0]])
    }
}
