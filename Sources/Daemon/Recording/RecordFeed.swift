import Audio
import Platform
import Synchronization
import TrackFeed

/// Hands what the analysis heard and told to the recorder's thread: a ring of frames, and a queue of what happened at which
/// of them. Wait-free for the analysis thread, without allocation; what finds no room is left out and leaves a break.
final class RecordFeed: @unchecked Sendable {
    enum Event: Sendable {
        /// What follows does not continue what was before; `anew` when the pipeline was reset there.
        case breakOff(anew: Bool)
        /// A block was told, with nothing of the audio behind this frame.
        case told(FeedBlock)
    }

    /// Where in the ring it happened, and when that frame was in the air, Unix seconds.
    struct Entry: Sendable {
        var frame: Int
        var time: Double
        var event: Event
    }

    /// Frames as the pipeline gets them: 24 kHz, four channels.
    let ring = SampleRing(frames: 10 * AudioFormat.sampleRate)
    let wake = WakeEvent()
    /// What happened, as far as there was room.
    let entries = HandoverQueue(capacity: 256, filler: Entry(frame: 0, time: 0, event: .breakOff(anew: true)))
    private let lost = Atomic<Int>(0)

    // What only the analysis thread touches.
    private var isBroken = false

    /// Frames and blocks that found no room.
    var dropped: Int { lost.load(ordering: .relaxed) }

    // MARK: - The analysis thread's side

    /// The pipeline was reset: the next frame, in the air at `time`, is its first.
    func beginAnew(at time: Double) {
        isBroken = !post(.breakOff(anew: true), time)
    }

    /// Frames that the pipeline is about to get, the first in the air at `time`.
    func hear(_ samples: Span<Float>, at time: Double) {
        let frames = samples.count / AudioFormat.channels
        guard ring.capacity - ring.framesAvailable >= frames else {
            isBroken = true
            lost.wrappingAdd(frames, ordering: .relaxed)
            return
        }
        if isBroken { isBroken = !post(.breakOff(anew: false), time) }
        guard !isBroken else { return }
        ring.write(samples)
    }

    /// A block that goes to subscribers.
    func tell(_ block: FeedBlock) {
        if !isBroken { _ = post(.told(block), block.time) }
        wake.signal()
    }

    private func post(_ event: Event, _ time: Double) -> Bool {
        let hasRoom = entries.post(Entry(frame: ring.framesWritten, time: time, event: event))
        if !hasRoom { lost.wrappingAdd(1, ordering: .relaxed) }
        return hasRoom
    }
}
