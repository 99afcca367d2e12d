import Platform
import Synchronization

/// Start time of a captured frame, and its segment: a part of the stream without a gap.
public struct CaptureMoment: Sendable, Hashable {
    /// Seconds since 1970.
    public var time: Double
    /// Increases whenever frames were lost: by an overrun, a lost device, or a full ring.
    public var segment: Int

    public init(time: Double, segment: Int) {
        self.time = time
        self.segment = segment
    }
}

/// Gives the reader of a `SampleRing` the capture time of each frame.
///
/// The capture thread publishes a frame and its time for the present segment and the previous one; other frames follow at the
/// nominal rate. The lock is a sequence of atomics: the writer never waits, the reader repeats an inconsistent read.
public final class CaptureClock: Sendable {
    /// One segment without a gap: from ring frame `start` on, frame `anchor` begins at `time` nanoseconds since 1970, which is
    /// `monotonic` nanoseconds of the monotonic clock.
    private struct Line: ~Copyable {
        let segment = Atomic<Int>(-1)
        let start = Atomic<Int>(0)
        let anchor = Atomic<Int>(0)
        let time = Atomic<Int64>(0)
        let monotonic = Atomic<Int64>(0)
    }

    private struct Look {
        var segment, start, anchor: Int
        var time, monotonic: Int64
    }

    /// Odd while the writer is writing.
    private let sequence = Atomic<Int>(0)
    private let present = Line()
    private let past = Line()

    public init() {}

    /// Called by the reader: the start of ring frame `frame` (0 is the first frame ever written).
    ///
    /// - Returns: nil before the first publication.
    public func moment(ofFrame frame: Int) -> CaptureMoment? {
        guard let line = line(of: frame) else { return nil }
        let seconds = Double(frame - line.anchor) / Double(AudioFormat.sampleRate)
        return CaptureMoment(time: Double(line.time) * 1e-9 + seconds, segment: line.segment)
    }

    /// The same moment in nanoseconds of `MonotonicTime`, which is never set, for measuring durations.
    public func monotonic(ofFrame frame: Int) -> Int64? {
        guard let line = line(of: frame) else { return nil }
        return line.monotonic + MonotonicTime.nanoseconds(ofFrames: frame - line.anchor)
    }

    private func line(of frame: Int) -> Look? {
        while true {
            let before = sequence.load(ordering: .acquiring)
            let now = look(present)
            let old = look(past)
            atomicMemoryFence(ordering: .acquiring)
            guard before % 2 == 0, sequence.load(ordering: .relaxed) == before else { continue }
            // A frame at the end of the previous segment is the first of the present one.
            let line = frame < now.start && old.segment >= 0 ? old : now
            return line.segment >= 0 ? line : nil
        }
    }

    /// The latest published segment; -1 before the first.
    package var latestSegment: Int { present.segment.load(ordering: .relaxed) }

    /// Called by the capture thread: frame `anchor` begins at `time` nanoseconds since 1970, `monotonic` of the monotonic
    /// clock; its segment started at ring frame `start`.
    package func publish(segment: Int, start: Int, anchor: Int, time: Int64, monotonic: Int64 = 0) {
        let before = sequence.load(ordering: .relaxed)
        sequence.store(before + 1, ordering: .relaxed)
        atomicMemoryFence(ordering: .releasing)
        let now = look(present)
        if now.segment >= 0, now.segment != segment { store(now, in: past) }
        store(Look(segment: segment, start: start, anchor: anchor, time: time, monotonic: monotonic), in: present)
        sequence.store(before + 2, ordering: .releasing)
    }

    private func look(_ line: borrowing Line) -> Look {
        Look(
            segment: line.segment.load(ordering: .relaxed), start: line.start.load(ordering: .relaxed),
            anchor: line.anchor.load(ordering: .relaxed), time: line.time.load(ordering: .relaxed),
            monotonic: line.monotonic.load(ordering: .relaxed))
    }

    private func store(_ look: Look, in line: borrowing Line) {
        line.segment.store(look.segment, ordering: .relaxed)
        line.start.store(look.start, ordering: .relaxed)
        line.anchor.store(look.anchor, ordering: .relaxed)
        line.time.store(look.time, ordering: .relaxed)
        line.monotonic.store(look.monotonic, ordering: .relaxed)
    }
}
