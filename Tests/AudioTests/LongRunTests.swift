import Glibc
import Platform
import TestSupport
import Testing

@testable import Audio

/// Counters and clocks after 1, 10, 107 and 87,600 hours: the products of frames and nanoseconds, and the sums after them.
@Suite struct LongRunTests {
    static let hours = [0, 1, 10, 107, 87_600]

    private func file(_ folder: TemporaryFolder, frames: Int) throws -> String {
        let path = folder.file("loop.wav")
        try AudioFileTests.write(AudioFileTests.signal(frames: frames), .wave16, to: path)
        return path
    }

    @Test(arguments: hours, [1, 7, 1000]) func aLoopingFilePlaysOn(_ hours: Int, _ speed: Int) throws {
        let folder = TemporaryFolder()
        let past = hours * 3600 * 24_000
        let stream = CaptureStream(past: past)
        let player = FilePlayer(
            file: try AudioFileStream(path: try file(folder, frames: 2400), map: nil), loops: true, speed: speed, stream: stream)
        // A machine that has been up for as long.
        let start = Int64(hours) * 3600 * MonotonicTime.second + 123_456_789
        player.begin(at: start, past: past)
        let period = 10_000_000 / Int64(speed)
        #expect(player.advance(to: start + period - 1).map { abs($0 - start - period) <= 1 } == true)
        #expect(stream.ring.framesAvailable == 0)
        // Of speed 1000 a ring full at most.
        _ = player.advance(to: start + MonotonicTime.second / Int64(speed) + 1)
        #expect(stream.ring.framesWritten == past + 24_000 && stream.status.frames == past + 24_000)
        let began = try #require(stream.clock.monotonic(ofFrame: past))
        let second = try #require(stream.clock.monotonic(ofFrame: past + 23_760))
        // The clock's times are doubles: within 64 ns after ten years, and a filter adds up a few of these.
        #expect(abs(began - start) < 2000 && abs(second - began - 990_000_000) < 2000, "\(began - start) \(second - began)")
    }

    @Test(arguments: [24_000, 44_100, 48_000, 96_000, 192_000]) func framesAreTimeToTheNanosecond(_ rate: Int) {
        for hours in Self.hours {
            let seconds = hours * 3600
            for rest in [0, 1, rate / 3, rate - 1] {
                let found = MonotonicTime.nanoseconds(ofFrames: seconds * rate + rest, at: rate)
                let expected = Int64(seconds) * 1_000_000_000 + Int64(rest) * 1_000_000_000 / Int64(rate)
                #expect(found == expected, "\(hours) h and \(rest) frames at \(rate)")
                #expect(MonotonicTime.nanoseconds(ofFrames: -seconds * rate - rest, at: rate) == -expected)
            }
        }
    }

    /// Frames of a device with a fast clock, after this many hours.
    @Test(arguments: hours) func aDeviceIsFollowed(_ hours: Int) throws {
        let past = hours * 3600 * 24_000
        let start = Int64(hours) * 3600 * MonotonicTime.second + 1
        let clock = CaptureClock()
        var timeline = CaptureTimeline(clock: clock, wallOffset: 1_700_000_000 * MonotonicTime.second)
        timeline.breakOff(at: past)
        for period in 0..<2000 {
            // 100 parts per million fast.
            let jumped = timeline.observe(frame: past + 240 * period, at: start + Int64(Double(period) * 1e7 / 1.0001))
            #expect(!jumped)
        }
        let drift = try #require(timeline.drift)
        #expect(abs(drift - 100) < 1, "\(drift)")
        let moment = try #require(clock.moment(ofFrame: past + 240 * 1999))
        #expect(abs(moment.time - 1_700_000_000 - Double(start) * 1e-9 - 19.99 / 1.0001) < 2e-4)
    }

    /// Device frames since the last gap, at every rate that a device may have.
    @Test(arguments: hours, [8000, 24_000, 44_100, 192_000]) func timesStayAccurateOverALongCapture(_ hours: Int, _ rate: Int) throws {
        let past = hours * 3600 * 24_000
        let stream = CaptureStream(past: past)
        let shape = CaptureShape(format: .s16, sampleRate: rate, channels: 4, period: rate / 100, buffer: rate)
        let chain = try CaptureChain(
            shape: shape, map: .identity(), stream: stream, timeline: CaptureTimeline(clock: stream.clock, wallOffset: 0))
        chain.beginSegment(past: hours * 3600 * rate)
        let start = Int64(hours) * 3600 * MonotonicTime.second
        chain.observe(available: rate / 100, at: start + 10_000_000)
        chain.deliver(rate / 100)
        chain.observe(available: rate / 100, at: start + 20_000_000)
        let frame = try #require(stream.clock.monotonic(ofFrame: past + 480))
        #expect(abs(frame - start - 20_000_000) < 30_000, "\(frame - start)")
        #expect(stream.status.clockJumps == 0)
    }

    @Test func aRingContinuesFromAnyCount() {
        let past = 87_600 * 3600 * 24_000 + 12_345
        let ring = SampleRing(frames: 100, past: past)
        let samples = (0..<400).map(Float.init)
        for _ in 0..<5 {
            #expect(ring.write(samples.span) == 100)
            var heard = [Float](repeating: -1, count: 400)
            var span = heard.mutableSpan
            #expect(ring.read(into: &span) == 100)
            #expect(heard == samples)
        }
        #expect(ring.framesRead == past + 500 && ring.framesDropped == 0)
    }

    // MARK: - A source that breaks

    @Test func aFileTruncatedDuringPlaybackIsAnError() throws {
        let folder = TemporaryFolder()
        let path = try file(folder, frames: 24_000)
        let stream = CaptureStream()
        let capture = FileCapture(path: path, loops: true, stream: stream)
        try capture.start()
        #expect(capture.failure == nil)
        #expect(unsafe truncate(path, 4000) == 0)
        while stream.status.state != .ended { _ = stream.wake.wait(until: MonotonicTime.now + MonotonicTime.second / 100) }
        guard case .truncatedFile(path, _, _)? = capture.failure else {
            Issue.record("expected the file to be cut off, found \(String(describing: capture.failure))")
            return
        }
        // A file that is gone when an old source is to go on is one too.
        unsafe unlink(path)
        capture.stop()
        capture.resume()
        #expect(capture.failure == .missingFile(path: path) && stream.status.state == .ended)
    }

    @Test func theEndOfAFileIsNotAnError() throws {
        let folder = TemporaryFolder()
        let stream = CaptureStream()
        let capture = FileCapture(path: try file(folder, frames: 480), stream: stream)
        try capture.start()
        while stream.status.state != .ended { _ = stream.wake.wait(until: MonotonicTime.now + MonotonicTime.second / 100) }
        #expect(capture.failure == nil)
    }
}
