import CRealtime
import Glibc
import Platform
import Signal

/// Puts a file's frames into a `CaptureStream` when they are due; it has neither a clock nor a thread of its own.
///
/// Deadlines count from the start, so that late wake-ups do not accumulate.
package final class FilePlayer: @unchecked Sendable {
    /// Frames between two wake-ups, 10 ms, if the reader does not wait for blocks.
    package static let period = AudioFormat.sampleRate / 100

    private let file: AudioFileStream
    private let loops: Bool
    /// Speed relative to real time.
    private let speed: Int
    private let stream: CaptureStream
    private var timeline: CaptureTimeline
    private let scratch: FrameBuffer
    /// Whether the playing thread was asked to end during a read: the stream may belong to another capture by then.
    private let isStopping: @Sendable () -> Bool
    /// The monotonic clock in nanoseconds at frame 0: of playing, and of the frame's time; they differ at other speeds than 1.
    private var (start, origin): (Int64, Int64) = (0, 0)
    private var played = 0
    /// Samples of the file so far that were not valid sound.
    private var unsound = 0
    /// Why the file cannot be read any more.
    package private(set) var failure: AudioError?

    package init(
        file: AudioFileStream, loops: Bool, speed: Int = 1, stream: CaptureStream,
        isStopping: @escaping @Sendable () -> Bool = { false }
    ) {
        self.file = file
        self.loops = loops
        self.speed = speed
        self.stream = stream
        scratch = FrameBuffer(count: FrameLayout.samplesPerBlock * stream.channels)
        self.isStopping = isStopping
        timeline = CaptureTimeline(
            clock: stream.clock, wallOffset: bearing_wall_nanoseconds() - bearing_monotonic_nanoseconds())
    }

    /// The first frame begins at `moment`, in nanoseconds of the monotonic clock.
    ///
    /// - Parameter past: its number.
    package func begin(at moment: Int64, past: Int = 0) {
        played = past
        start = moment - MonotonicTime.nanoseconds(ofFrames: past, at: AudioFormat.sampleRate * speed)
        origin = moment - MonotonicTime.nanoseconds(ofFrames: past)
        timeline.breakOff(at: stream.ring.framesWritten)
        stream.status.enter(.running)
        stream.wake.signal()
    }

    /// Plays all frames that have ended by `now`.
    ///
    /// - Returns: when to call next, in nanoseconds of the monotonic clock; nil if the file has ended or cannot be read any
    ///   more. `failure` then contains the error, and the caller calls `end`.
    package func advance(to now: Int64) -> Int64? {
        let scratch = scratch
        while true {
            let step = stream.framesToBlockEnd ?? Self.period
            let due = deadline(ofFrame: played + step)
            guard due <= now else { return due }
            if speed > 1, stream.ring.capacity - stream.ring.framesAvailable < step {
                return now + MonotonicTime.second / 1000
            }
            let next = nextFrames(step)
            if isStopping() { return nil }
            guard let frames = next else {
                if failure == nil { end() }
                return nil
            }
            let first = stream.ring.framesWritten
            let offset = bearing_wall_offset()
            if offset != 0, timeline.follow(wallOffset: offset) { stream.status.countClockStep() }
            timeline.observe(frame: first, at: moment(ofFrame: played))
            let taken = stream.ring.write(scratch.span(0..<frames * stream.channels))
            if taken < frames { timeline.breakOff(at: first + taken) }
            stream.status.count(frames: frames)
            played += frames
            stream.announce(writtenFrom: first)
        }
    }

    /// Reports that no frame follows.
    package func end() {
        stream.status.enter(.ended)
        stream.wake.signal()
    }

    /// The next frames, fewer at the end of the file, which a loop continues at once; nil at the end or after an error.
    private func nextFrames(_ count: Int) -> Int? {
        let scratch = scratch
        var target = scratch.mutableSpan(0..<count * stream.channels)
        do throws(AudioError) {
            let frames = try file.read(into: &target)
            noteUnsound()
            if frames > 0 || !loops { return frames > 0 ? frames : nil }
            try file.rewind()
            let again = try file.read(into: &target)
            noteUnsound()
            // Shorter than one frame at 24 kHz: a loop would never end and never deliver a frame.
            guard again > 0 else { throw .emptyFile(path: file.path) }
            return again
        } catch {
            failure = error
            stream.status.note(error: EIO)
            return nil
        }
    }

    private func noteUnsound() {
        let count = file.unsoundSamples
        if count > unsound { stream.status.count(unsoundSamples: count - unsound) }
        unsound = count
    }

    /// When a frame is due.
    private func deadline(ofFrame frame: Int) -> Int64 {
        start + MonotonicTime.nanoseconds(ofFrames: frame, at: AudioFormat.sampleRate * speed)
    }

    /// When a frame began, for the reader.
    private func moment(ofFrame frame: Int) -> Int64 { origin + MonotonicTime.nanoseconds(ofFrames: frame) }
}
