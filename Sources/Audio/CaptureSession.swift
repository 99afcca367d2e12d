import CRealtime
import Glibc

/// One device from its opening to its loss: the capture loop.
@safe
final class CaptureSession: @unchecked Sendable {
    enum End: Hashable {
        case stopped
        /// With the errno that ended it.
        case lost(Int32)
    }

    /// Nanoseconds without a frame after which a device that claims to run is given up.
    private static let patience = MonotonicTime.second / 2
    /// Starts in a row that bring no frame, after which only opening it again may help.
    private static let fruitlessStarts = 3

    let device: PCMDevice
    let chain: CaptureChain
    private let stream: CaptureStream
    private let thread: CaptureThread
    private let pcm: UnsafeMutablePointer<bearing_pcm>

    init(
        name: String, map: ChannelMap?, stream: CaptureStream, timeline: CaptureTimeline, thread: CaptureThread
    ) throws(AudioError) {
        device = try PCMDevice(name: name, map: map)
        chain = try CaptureChain(
            shape: device.shape, map: map ?? .identity, stream: stream, timeline: timeline)
        self.stream = stream
        self.thread = thread
        unsafe pcm = .allocate(capacity: 1)
        unsafe pcm.initialize(to: bearing_pcm())
        try unsafe device.watch(pcm, stop: thread.stopEvent)
    }

    deinit { unsafe pcm.deallocate() }

    /// Starts the device and moves its frames until it is lost or the thread shall stop.
    func run() -> End {
        chain.beginSegment()
        var fault = unsafe bearing_pcm_start(pcm)
        var starts = 1
        var latest = MonotonicTime.now
        while fault == 0 {
            let event = unsafe bearing_pcm_wait(pcm, latest + Self.patience - MonotonicTime.now)
            if event == BEARING_PCM_STOP || thread.isStopping { return .stopped }
            // One switch for all that the device can say.
            switch event == BEARING_PCM_NOTHING ? .again : take() {
            case .frames:
                latest = MonotonicTime.now
                starts = 0
                if stream.status.state != .running { stream.status.enter(.running) }
            case .again:
                // Neither a timeout nor frames: rest, so that a plugin that wakes for nothing costs nothing.
                if event != BEARING_PCM_TIMEOUT, rest() { return .stopped }
            case .interrupted:
                break
            case .overrun:
                stream.status.countOverrun()
                stream.status.note(error: EPIPE)
                chain.beginSegment()
                fault = unsafe bearing_pcm_start(pcm)
                starts += 1
            case .suspended:
                stream.status.countSuspension()
                stream.status.note(error: ESTRPIPE)
                chain.beginSegment()
                fault = unsafe bearing_pcm_resume(pcm)
                starts += 1
            case .lost(let code):
                return .lost(code)
            }
            if starts > Self.fruitlessStarts { return .lost(EIO) }
            if MonotonicTime.now - latest >= Self.patience {
                stream.status.countStall()
                return .lost(ETIMEDOUT)
            }
        }
        return .lost(-fault)
    }

    /// Reads all that is there.
    private func take() -> PCMResult {
        var moment: Int64 = 0
        let available = unsafe bearing_pcm_available(pcm, &moment)
        if available <= 0 { return PCMResult(available) }
        chain.observe(available: available, at: moment)
        var total = 0
        while true {
            let result = unsafe PCMResult(bearing_pcm_read(pcm, chain.target, UInt(device.shape.period)))
            guard case .frames(let count) = result else { return total > 0 && result == .again ? .frames(total) : result }
            chain.deliver(count)
            total += count
            if count < device.shape.period { return .frames(total) }
        }
    }

    /// Half a period; true when the thread shall stop.
    private func rest() -> Bool {
        let half = Int64(device.shape.period) * MonotonicTime.second / Int64(2 * device.shape.sampleRate)
        return thread.stopEvent.wait(until: MonotonicTime.now + half)
    }
}
