import CRealtime
import Glibc

/// Puts a file's frames into a `CaptureStream` when their time has come; has no clock and no thread of its own.
///
/// Deadlines count from the start, so that a late wake-up is made good and never adds up.
package final class FilePlayer: @unchecked Sendable {
    /// Frames from one wake-up to the next: 10 ms, as a capture device gives them.
    package static let period = AudioFormat.sampleRate / 100

    private let file: AudioFileStream
    private let loops: Bool
    /// Times real time.
    private let speed: Int
    private let stream: CaptureStream
    private var timeline: CaptureTimeline
    private let scratch = FrameBuffer(count: FilePlayer.period * AudioFormat.channels)
    /// Nanoseconds of the monotonic clock at frame 0.
    private var start: Int64 = 0
    private var played = 0
    /// Samples of the file so far that were no sound.
    private var unsound = 0

    package init(file: AudioFileStream, loops: Bool, speed: Int = 1, stream: CaptureStream) {
        self.file = file
        self.loops = loops
        self.speed = speed
        self.stream = stream
        timeline = CaptureTimeline(
            clock: stream.clock, wallOffset: bearing_wall_nanoseconds() - bearing_monotonic_nanoseconds())
    }

    /// Frame 0 begins at `moment`, nanoseconds of the monotonic clock.
    package func begin(at moment: Int64) {
        start = moment
        timeline.breakOff(at: stream.ring.framesWritten)
        stream.status.enter(.running)
        stream.wake.signal()
    }

    /// Plays all frames that have ended by `now`.
    ///
    /// - Returns: when to call next, nanoseconds of the monotonic clock; nil when the file is over, or cannot be read on.
    package func advance(to now: Int64) -> Int64? {
        let scratch = scratch
        while deadline(ofFrame: played + Self.period) <= now {
            if speed > 1, stream.ring.capacity - stream.ring.framesAvailable < Self.period {
                return now + MonotonicTime.second / 1000
            }
            guard let frames = nextFrames() else {
                stream.status.enter(.ended)
                stream.wake.signal()
                return nil
            }
            let first = stream.ring.framesWritten
            let offset = bearing_wall_offset()
            if offset != 0, timeline.follow(wallOffset: offset) { stream.status.countClockStep() }
            timeline.observe(frame: first, at: moment(ofFrame: played))
            let taken = stream.ring.write(scratch.span(0..<frames * AudioFormat.channels))
            if taken < frames { timeline.breakOff(at: first + taken) }
            stream.status.count(frames: frames)
            played += frames
            stream.wake.signal()
        }
        return deadline(ofFrame: played + Self.period)
    }

    /// The next period, shorter at the end of the file, which a loop follows at once; nil at the end or at a fault.
    private func nextFrames() -> Int? {
        let scratch = scratch
        var target = scratch.mutableSpan(0..<scratch.count)
        do throws(AudioError) {
            let frames = try file.read(into: &target)
            noteUnsound()
            if frames > 0 || !loops { return frames > 0 ? frames : nil }
            try file.rewind()
            let again = try file.read(into: &target)
            noteUnsound()
            return again > 0 ? again : nil
        } catch {
            stream.status.note(error: EIO)
            return nil
        }
    }

    private func noteUnsound() {
        let count = file.unsoundSamples
        if count > unsound { stream.status.count(unsoundSamples: count - unsound) }
        unsound = count
    }

    /// When a frame is played.
    private func deadline(ofFrame frame: Int) -> Int64 {
        start + Int64(frame) * MonotonicTime.second / Int64(AudioFormat.sampleRate * speed)
    }

    /// When a frame began, as its listener is told.
    private func moment(ofFrame frame: Int) -> Int64 {
        start + Int64(frame) * MonotonicTime.second / Int64(AudioFormat.sampleRate)
    }
}
