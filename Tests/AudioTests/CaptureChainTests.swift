import Audio
import Platform
import TestSupport
import Testing

@Suite struct CaptureChainTests {
    static func shape(rate: Int, channels: Int, format: SampleFormat) -> CaptureShape {
        CaptureShape(format: format, sampleRate: rate, channels: channels, period: rate / 100, buffer: rate / 2)
    }

    /// Everything that runs once a period, C libraries included.
    @Test(arguments: [(24_000, 4, SampleFormat.s16), (48_000, 6, .s24Packed), (44_100, 8, .float)])
    func aRunningCaptureAllocatesNothing(_ rate: Int, _ channels: Int, _ format: SampleFormat) throws {
        let stream = CaptureStream()
        let chain = try CaptureChain(
            shape: Self.shape(rate: rate, channels: channels, format: format), map: .identity(), stream: stream,
            timeline: CaptureTimeline(clock: stream.clock, wallOffset: 0))
        chain.beginSegment()
        var samples = [Float](repeating: 0, count: 1000 * 4)
        var read = 0
        var time: Int64 = 0
        let count = allocations {
            for period in 0..<1000 {
                chain.observe(available: rate / 100, at: Int64(period + 1) * 10_000_000)
                chain.deliver(rate / 100)
                stream.wake.clear()
                var span = samples.mutableSpan
                read += stream.ring.read(into: &span)
                time = stream.clock.monotonic(ofFrame: read) ?? 0
            }
        }
        #expect(count == 0, "\(count) heap allocations in 1000 periods")
        #expect(abs(read - 240_000) < 300 && abs(time - 10_000_000_000) < 20_000_000)
    }

    @Test func aPlayedFileAllocatesNothing() throws {
        let folder = TemporaryFolder()
        let path = folder.file("a.wav")
        try AudioFileTests.write(
            AudioFileTests.signal(frames: 48_000, channels: 6), .wave16, to: path, sampleRate: 48_000, channels: 6)
        let stream = CaptureStream()
        let player = FilePlayer(
            file: try AudioFileStream(path: path, map: .identity()), loops: true, stream: stream)
        player.begin(at: 0)
        _ = player.advance(to: 100_000_000)
        var samples = [Float](repeating: 0, count: 1000 * 4)
        let count = allocations {
            for period in 11..<500 {
                _ = player.advance(to: Int64(period) * 10_000_000)
                var span = samples.mutableSpan
                _ = stream.ring.read(into: &span)
            }
        }
        #expect(count == 0, "\(count) heap allocations in 489 periods")
    }

    /// A late thread shakes the readings; the times of frames hardly notice, and follow a clock that is off.
    @Test(arguments: [0.0, 1000, -1000])
    func timesAreSmoothAndFollowTheDevice(_ partsPerMillion: Double) throws {
        let clock = CaptureClock()
        var timeline = CaptureTimeline(clock: clock, wallOffset: 0)
        var random = SeededRandom(seed: 5)
        timeline.breakOff(at: 0)
        var worst = 0.0
        for period in 0..<6000 {
            let frame = 240 * period
            let truth = Double(frame) / 24_000 / (1 + partsPerMillion * 1e-6)
            let late = Double.random(in: 0..<0.004, using: &random)
            timeline.observe(frame: frame, at: Int64((truth + late) * 1e9))
            if period > 500 {
                let told = try #require(clock.moment(ofFrame: frame))
                #expect(told.segment == 0)
                worst = max(worst, abs(told.time - truth - 0.002))
            }
        }
        #expect(worst < 0.0015, "off by \(worst) s")
    }

    @Test func aJumpBeginsASegment() throws {
        let clock = CaptureClock()
        var timeline = CaptureTimeline(clock: clock, wallOffset: 0)
        timeline.breakOff(at: 0)
        for period in 0..<100 { timeline.observe(frame: 240 * period, at: Int64(period) * 10_000_000) }
        timeline.observe(frame: 24_000, at: 3_000_000_000)
        #expect(clock.moment(ofFrame: 23_999)?.segment == 0)
        #expect(clock.moment(ofFrame: 24_000) == CaptureMoment(time: 3, segment: 1))
    }

    @Test func aJumpWithoutAnErrorIsReported() {
        var timeline = CaptureTimeline(clock: CaptureClock(), wallOffset: 0)
        timeline.breakOff(at: 0)
        var jumps: [Int] = []
        func observe(_ frame: Int, _ milliseconds: Int64) {
            if timeline.observe(frame: frame, at: milliseconds * 1_000_000) { jumps.append(frame) }
        }
        for period in 0..<100 { observe(240 * period, Int64(period) * 10) }
        observe(24_000, 1050)
        observe(24_240, 1250)
        observe(24_480, 1260)
        #expect(jumps == [24_240])
    }

    /// After the clock was set, or the machine was suspended, times follow the wall clock and the segment continues.
    @Test func timesFollowTheWallClock() throws {
        let clock = CaptureClock()
        var timeline = CaptureTimeline(clock: clock, wallOffset: 1_000_000_000_000)
        timeline.breakOff(at: 0)
        timeline.observe(frame: 0, at: 5_000_000_000)
        // The jitter of looking at two clocks is no step.
        let steps = [1_000_003_000_000, 4_600_000_000_000].map { timeline.follow(wallOffset: $0) }
        #expect(steps == [false, true])
        timeline.observe(frame: 240, at: 5_010_000_000)
        let moment = try #require(clock.moment(ofFrame: 240))
        #expect(abs(moment.time - 4605.01) < 1e-6 && moment.segment == 0)
        #expect(clock.monotonic(ofFrame: 240) == 5_010_000_000)
    }

    @Test(arguments: [-1000.0, 0, 300])
    func theDriftOfADeviceIsMeasured(_ partsPerMillion: Double) throws {
        var timeline = CaptureTimeline(clock: CaptureClock(), wallOffset: 0)
        var random = SeededRandom(seed: 6)
        timeline.breakOff(at: 0)
        for period in 0..<6000 {
            let truth = Double(240 * period) / 24_000 / (1 + partsPerMillion * 1e-6)
            timeline.observe(frame: 240 * period, at: Int64((truth + Double.random(in: 0..<0.002, using: &random)) * 1e9))
            if period < 1000 { #expect(timeline.drift == nil) }
        }
        #expect(abs(try #require(timeline.drift) - partsPerMillion) < 20)
    }

    /// Dropped frames are a gap of known length.
    @Test func aFullRingShiftsTheTimesByTheDroppedFrames() throws {
        let stream = CaptureStream(frames: 1024)
        let chain = try CaptureChain(
            shape: Self.shape(rate: 24_000, channels: 4, format: .s16), map: .identity(), stream: stream,
            timeline: CaptureTimeline(clock: stream.clock, wallOffset: 0))
        chain.beginSegment()
        for period in 0..<10 {
            chain.observe(available: 240, at: Int64(period + 1) * 10_000_000)
            chain.deliver(240)
        }
        #expect(stream.ring.framesDropped == 2400 - 1024)
        var samples = [Float](repeating: 0, count: 1024 * 4)
        var span = samples.mutableSpan
        #expect(stream.ring.read(into: &span) == 1024)
        chain.observe(available: 240, at: 110_000_000)
        chain.deliver(240)
        // The wall clock is this machine's.
        let before = try #require(stream.clock.monotonic(ofFrame: 1023))
        let after = try #require(stream.clock.monotonic(ofFrame: 1024))
        #expect(abs(before - 1023 * 1_000_000_000 / 24_000) < 1000 && abs(after - 100_000_000) < 1000)
        let segments = [1023, 1024].map { stream.clock.moment(ofFrame: $0)?.segment ?? -1 }
        #expect(segments[1] > segments[0])
    }
}
