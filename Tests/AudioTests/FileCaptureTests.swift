import Audio
import Glibc
import Platform
import TestSupport
import Testing

@Suite struct FileCaptureTests {
    static let second: Int64 = 1_000_000_000

    static func file(_ folder: TemporaryFolder, frames: Int, rate: Int = 24_000, channels: Int = 4) throws -> String {
        let path = folder.file("source.wav")
        try AudioFileTests.write(
            AudioFileTests.signal(frames: frames, channels: channels), .wave16, to: path, sampleRate: rate,
            channels: channels)
        return path
    }

    static func drain(_ ring: SampleRing) -> [Float] {
        var samples = [Float](repeating: 0, count: ring.framesAvailable * 4)
        var span = samples.mutableSpan
        _ = ring.read(into: &span)
        return samples
    }

    @Test func framesArriveWhenTheyAreDueAndNotBefore() throws {
        let folder = TemporaryFolder()
        let path = try Self.file(folder, frames: 24_100)
        let stream = CaptureStream()
        let player = FilePlayer(file: try AudioFileStream(path: path), loops: false, stream: stream)
        let start: Int64 = 77 * Self.second
        player.begin(at: start)
        #expect(stream.status.state == .running)
        #expect(player.advance(to: start + 9_999_999) == start + 10_000_000)
        #expect(stream.ring.framesWritten == 0)
        #expect(player.advance(to: start + 10_000_000) == start + 20_000_000)
        #expect(stream.ring.framesWritten == 240)
        // Half a second late: all is made good at once, and the next deadline is where it always was.
        #expect(player.advance(to: start + 515_000_000) == start + 520_000_000)
        #expect(stream.ring.framesWritten == 240 * 51)
        #expect(player.advance(to: start + 2 * Self.second) == nil)
        #expect(stream.status.state == .ended)
        #expect(Self.drain(stream.ring) == AudioFileTests.signal(frames: 24_100))
        #expect(stream.status.frames == 24_100 && stream.ring.framesDropped == 0)
    }

    /// A reader of blocks wakes where they end, in any phase, and so does the file's thread.
    @Test(arguments: [0, 1, 100, 2399]) func aReaderOfBlocksWakesOnceABlock(_ phase: Int) throws {
        let folder = TemporaryFolder()
        let path = try Self.file(folder, frames: 1000)
        let stream = CaptureStream()
        let player = FilePlayer(file: try AudioFileStream(path: path), loops: true, stream: stream)
        player.begin(at: 0)
        stream.wake.clear()
        #expect(!stream.wakeAtBlocks(endingBefore: 2400 + phase))
        var (now, wakeUps, ends) = (Int64(0), 0, [Int]())
        while ends.count < 5, wakeUps < 20 {
            now = try #require(player.advance(to: now))
            wakeUps += 1
            guard stream.wake.wait(until: 0) else { continue }
            stream.wake.clear()
            ends.append(stream.ring.framesWritten)
        }
        let first = phase == 0 ? 2400 : phase
        #expect(ends == (0..<5).map { first + 2400 * $0 } && wakeUps == 6, "\(ends) in \(wakeUps) wake-ups")
        #expect(stream.wakeAtBlocks(endingBefore: ends[4]), "a complete block causes no further wake-up")
    }

    @Test func frameTimesFollowOneClock() throws {
        let folder = TemporaryFolder()
        let path = try Self.file(folder, frames: 48_000)
        let stream = CaptureStream()
        let player = FilePlayer(file: try AudioFileStream(path: path), loops: false, stream: stream)
        player.begin(at: 5 * Self.second)
        _ = player.advance(to: 6 * Self.second)
        let first = try #require(stream.clock.moment(ofFrame: 0))
        for block in 1...10 {
            let moment = try #require(stream.clock.moment(ofFrame: 2400 * block))
            #expect(abs(moment.time - first.time - Double(block) / 10) < 1e-6)
            #expect(moment.segment == first.segment)
        }
    }

    @Test func aLoopHasNoGap() throws {
        let folder = TemporaryFolder()
        let path = try Self.file(folder, frames: 1000)
        let stream = CaptureStream()
        let player = FilePlayer(file: try AudioFileStream(path: path), loops: true, stream: stream)
        player.begin(at: 0)
        #expect(player.advance(to: Self.second) != nil)
        let heard = Self.drain(stream.ring)
        let once = AudioFileTests.signal(frames: 1000)
        #expect(heard.count / 4 > 23_700)
        for index in heard.indices where heard[index] != once[index % once.count] {
            Issue.record("sample \(index) of a looping file differs")
            return
        }
    }

    @Test func aSlowReaderLosesTheNewestFramesAndTheClockShowsIt() throws {
        let folder = TemporaryFolder()
        let path = try Self.file(folder, frames: 48_000)
        let stream = CaptureStream(frames: 4096)
        let player = FilePlayer(file: try AudioFileStream(path: path), loops: false, stream: stream)
        player.begin(at: 0)
        _ = player.advance(to: Self.second)
        #expect(stream.ring.framesDropped == 24_000 - 4096)
        let before = try #require(stream.clock.moment(ofFrame: 4095))
        _ = Self.drain(stream.ring)
        _ = player.advance(to: Self.second + 10_000_000)
        let after = try #require(stream.clock.moment(ofFrame: 4096))
        #expect(after.segment > before.segment)
        #expect(abs(after.time - before.time - (24_000 - 4095) / 24_000.0) < 1e-6)
    }

    @Test func otherRatesAndChannelsAreConverted() throws {
        let folder = TemporaryFolder()
        let path = try Self.file(folder, frames: 48_000, rate: 48_000, channels: 6)
        #expect(throws: AudioError.wrongChannelCount(source: path, expected: 4, found: 6)) {
            try AudioFileStream(path: path)
        }
        let file = try AudioFileStream(path: path, map: ChannelMap([5, 4, 1, 0]))
        #expect(file.frames == 24_000 && file.fileSampleRate == 48_000)
        var samples = [Float](repeating: 0, count: 30_000 * 4)
        var span = samples.mutableSpan
        #expect(try file.read(into: &span) == 24_000)
        #expect(try file.read(into: &span) == 0)
        #expect(throws: AudioError.missingChannel(source: path, channel: 7, found: 6)) {
            try AudioFileStream(path: path, map: ChannelMap([0, 1, 2, 7]))
        }
    }

    @Test func theThreadPlaysStopsAndReportsAMissingFile() throws {
        let folder = TemporaryFolder()
        let path = try Self.file(folder, frames: 480)
        let stream = CaptureStream()
        let capture = FileCapture(path: path, stream: stream)
        try capture.start()
        while stream.status.state != .ended { _ = stream.wake.wait(until: MonotonicTime.now + Self.second / 100) }
        capture.stop()
        #expect(stream.status.state == .ended)
        #expect(Self.drain(stream.ring) == AudioFileTests.signal(frames: 480))

        let endless = FileCapture(path: path, loops: true, stream: CaptureStream())
        try endless.start()
        let before = MonotonicTime.now
        endless.stop()
        #expect(MonotonicTime.now - before < Self.second && endless.stream.status.state == .stopped)

        let missing = folder.file("missing.wav")
        #expect(throws: AudioError.missingFile(path: missing)) {
            try FileCapture(path: missing, stream: CaptureStream()).start()
        }
    }
}
