import Audio
import Platform
import Synchronization
import TrackFeed

/// Passes analysed audio and reported tracks to the recorder's thread: a ring of frames, and a queue of events with their
/// frames. Wait-free for the analysis thread, without allocation. What does not fit is left out and marked as a break.
final class RecordFeed: TrackSink, @unchecked Sendable {
    enum Event: Sendable {
        /// The following frames are not continuous with the previous ones; `restarted` if the pipeline was reset there.
        case breakOff(restarted: Bool)
        /// A block was reported that does not depend on audio after this frame.
        case reported(FeedBlock)
    }

    /// The event's frame in the ring, and its time in the air, Unix seconds.
    struct Entry: Sendable {
        var frame: Int
        var time: Double
        var event: Event
    }

    /// Frames as the pipeline receives them, at 24 kHz.
    let ring: SampleRing
    let wakeEvent = WakeEvent()
    /// Events, as far as they fit.
    let entries = HandoverQueue(capacity: 256, filler: Entry(frame: 0, time: 0, event: .breakOff(restarted: true)))
    private let lost = Atomic<Int>(0)

    // Used by the analysis thread only.
    private var isBroken = false

    init(channels: Int = AudioFormat.channels) { ring = SampleRing(frames: 10 * AudioFormat.sampleRate, channels: channels) }

    /// Frames and blocks that did not fit.
    var dropped: Int { lost.load(ordering: .relaxed) }

    // MARK: - Called by the analysis thread

    /// The pipeline was reset: the next frame, in the air at `time`, is its first.
    func restart(at time: Double) {
        isBroken = !post(.breakOff(restarted: true), time)
    }

    /// Frames that the pipeline is about to receive, the first in the air at `time`.
    func take(_ samples: Span<Float>, at time: Double) {
        let frames = samples.count / ring.channels
        guard ring.capacity - ring.framesAvailable >= frames else {
            isBroken = true
            lost.wrappingAdd(frames, ordering: .relaxed)
            return
        }
        if isBroken { isBroken = !post(.breakOff(restarted: false), time) }
        guard !isBroken else { return }
        ring.write(samples)
    }

    /// A block that is sent to subscribers, whether or not it fits here.
    func take(_ block: FeedBlock) -> Bool {
        if !isBroken { _ = post(.reported(block), block.time) }
        wakeEvent.signal()
        return true
    }

    private func post(_ event: Event, _ time: Double) -> Bool {
        let hasRoom = entries.post(Entry(frame: ring.framesWritten, time: time, event: event))
        if !hasRoom { lost.wrappingAdd(1, ordering: .relaxed) }
        return hasRoom
    }
}
