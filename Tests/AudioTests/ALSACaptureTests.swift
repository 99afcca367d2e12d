import Audio
import Glibc
import Platform
import TestSupport
import Testing

/// The real libasound with the project's own capture device: numbered frames show every loss.
@Suite(.enabled(if: VirtualMicrophone.problem == nil, "no C compiler for the virtual microphone"))
struct ALSACaptureTests {
    static let second: Int64 = 1_000_000_000

    /// Frame n as 16-bit integers: its number in two parts, and twice more, against mixed-up channels.
    static func numbered(_ n: Int) -> [Int32] {
        [Int32(n % 30_000) + 1, Int32(n / 30_000) + 2, -Int32(n % 30_000) - 1, Int32(n % 29_989)]
    }

    static func number(_ frame: ArraySlice<Float>) -> Int? {
        let values = frame.map { Int32(($0 * 32768).rounded()) }
        let n = Int(values[0] - 1) + 30_000 * Int(values[1] - 2)
        return values == numbered(n) ? n : nil
    }

    static func counterFile(
        _ folder: TemporaryFolder, frames: Int, encoding: AudioFileWriter.Encoding = .wave16
    ) throws -> String {
        let path = folder.file("counter.wav")
        let samples = (0..<frames).flatMap { numbered($0).map { Float($0) / 32768 } }
        try AudioFileTests.write(samples, encoding, to: path)
        return path
    }

    /// Reads the stream until it has `frames`, or until the time is over.
    static func collect(_ stream: CaptureStream, frames: Int, seconds: Int64 = 10) -> [Float] {
        var samples = [Float](repeating: 0, count: 0)
        var piece = [Float](repeating: 0, count: 4096 * 4)
        let deadline = MonotonicTime.now + seconds * second
        while samples.count < frames * 4, MonotonicTime.now < deadline {
            _ = stream.wake.wait(until: min(deadline, MonotonicTime.now + second / 10))
            stream.wake.clear()
            while true {
                var span = piece.mutableSpan
                let got = stream.ring.read(into: &span)
                if got == 0 { break }
                samples += piece[..<(got * 4)]
            }
        }
        return samples
    }

    /// The numbers of all frames in order; nil for an incomplete frame.
    static func numbers(_ samples: [Float]) -> [Int?] {
        stride(from: 0, to: samples.count, by: 4).map { number(samples[$0..<$0 + 4]) }
    }

    static func wait(seconds: Int64, until condition: () -> Bool) -> Bool {
        let deadline = MonotonicTime.now + seconds * second
        while !condition() {
            if MonotonicTime.now > deadline { return false }
            usleep(2000)
        }
        return true
    }

    @Test(arguments: [AudioFileWriter.Encoding.wave16, .waveFloat])
    func everyFrameArrivesOnceAndInOrder(_ encoding: AudioFileWriter.Encoding) throws {
        let folder = TemporaryFolder()
        let path = try Self.counterFile(folder, frames: 60_000, encoding: encoding)
        let capture = ALSACapture(device: VirtualMicrophone.device(playing: path), stream: CaptureStream())
        let began = MonotonicTime.now
        try capture.start()
        let samples = Self.collect(capture.stream, frames: 24_000)
        let took = MonotonicTime.now - began
        capture.stop()
        let shape = try #require(capture.shape)
        #expect(shape.sampleRate == 24_000 && shape.channels == 4 && shape.period == 240 && shape.buffer >= 4800)
        #expect(shape.format == (encoding == .wave16 ? .s16 : .float))
        let numbers = Self.numbers(samples)
        try #require(numbers.count >= 24_000)
        // Unless this machine stood still for the whole buffer, which the count of overruns shows.
        if capture.stream.status.overruns == 0 {
            for (position, number) in numbers.enumerated() where number != position {
                Issue.record("frame \(position) is \(number.map(String.init) ?? "torn")")
                return
            }
        }
        // The device cannot be faster than its clock.
        #expect(took >= Self.second)
        #expect(capture.stream.ring.framesDropped == 0 && capture.stream.status.state == .stopped)
        let first = try #require(capture.stream.clock.moment(ofFrame: 0)).time
        let last = try #require(capture.stream.clock.moment(ofFrame: 24_000)).time
        #expect(abs(last - first - 1) < 0.05)
        var wall = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &wall)
        #expect(first < Double(wall.tv_sec) + 1 && first > Double(wall.tv_sec) - 60)
    }

    @Test func anotherRateIsResampled() throws {
        let folder = TemporaryFolder()
        let path = folder.file("sine.wav")
        try AudioFileTests.write(
            ResamplerTests.sines(rate: 44_100, frames: 44_100), .wave16, to: path, sampleRate: 44_100)
        let capture = ALSACapture(device: VirtualMicrophone.device(playing: path), stream: CaptureStream())
        try capture.start()
        let samples = Self.collect(capture.stream, frames: 12_000)
        capture.stop()
        #expect(capture.shape?.sampleRate == 44_100 && capture.latency > 0.0005 && capture.latency < 0.01)
        try #require(samples.count >= 12_000 * 4 && capture.stream.status.overruns == 0)
        let expected = ResamplerTests.sines(rate: 24_000, frames: 12_000)
        var worst: Float = 0
        for index in 400 * 4..<12_000 * 4 { worst = max(worst, abs(samples[index] - expected[index])) }
        #expect(worst < 0.002)
    }

    @Test func anOverrunIsCountedAndTheStreamContinues() throws {
        let folder = TemporaryFolder()
        let path = try Self.counterFile(folder, frames: 200_000)
        let control = folder.put([], as: "control")
        let capture = ALSACapture(
            device: VirtualMicrophone.device(playing: path, control: control), stream: CaptureStream())
        try capture.start()
        var samples = Self.collect(capture.stream, frames: 4800)
        let segment = try #require(capture.stream.clock.moment(ofFrame: 0)).segment
        _ = folder.put(Array("xrun=1\n".utf8), as: "control")
        #expect(Self.wait(seconds: 5) { capture.stream.status.overruns > 0 })
        let atOverrun = capture.stream.ring.framesWritten
        samples += Self.collect(capture.stream, frames: atOverrun + 4800 - samples.count / 4)
        capture.stop()
        let numbers = Self.numbers(samples)
        #expect(numbers.allSatisfy { $0 != nil })
        // Lost frames, never repeated or disordered ones.
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0! < $1! })
        #expect(capture.stream.status.reopens == 0)
        let end = try #require(capture.stream.clock.moment(ofFrame: capture.stream.ring.framesWritten))
        #expect(end.segment > segment)
    }

    @Test func aDeviceThatCannotBeOpenedIsNamed() throws {
        func starting(_ device: String, map: ChannelMap? = nil) -> AudioError? {
            do throws(AudioError) {
                let capture = ALSACapture(device: device, map: map, stream: CaptureStream())
                try capture.start()
                return nil
            } catch {
                return error
            }
        }
        #expect(starting("no-such-microphone") == .missingDevice(name: "no-such-microphone"))
        #expect(starting("hw:CARD=Nowhere") == .missingDevice(name: "hw:CARD=Nowhere"))
        let folder = TemporaryFolder()
        let stereo = folder.file("stereo.wav")
        try AudioFileTests.write(AudioFileTests.signal(frames: 100, channels: 2), .wave16, to: stereo, channels: 2)
        let device = VirtualMicrophone.device(playing: stereo)
        #expect(starting(device) == .wrongChannelCount(source: device, expected: 4, found: 2))
        let unplugged = folder.put(Array("gone=1\n".utf8), as: "control")
        let gone = VirtualMicrophone.device(playing: stereo, control: unplugged)
        #expect(starting(gone) == .missingDevice(name: gone))
    }

    @Test func aMapSelectsFromADeviceWithMoreChannels() throws {
        let folder = TemporaryFolder()
        let path = folder.file("six.wav")
        // Channel c of every frame is c / 8.
        let frames = (0..<24_000 * 6).map { Float($0 % 6) / 8 }
        try AudioFileTests.write(frames, .wave16, to: path, channels: 6)
        let device = VirtualMicrophone.device(playing: path)
        let capture = ALSACapture(device: device, map: try ChannelMap([5, 0, 3, 1]), stream: CaptureStream())
        try capture.start()
        let samples = Self.collect(capture.stream, frames: 2400)
        capture.stop()
        #expect(capture.shape?.channels == 6)
        try #require(samples.count >= 2400 * 4)
        let frame: [Float] = [0.625, 0, 0.375, 0.125]
        #expect(Array(samples[..<8]) == frame + frame)
    }
}
