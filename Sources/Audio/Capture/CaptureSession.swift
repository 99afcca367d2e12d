import CRealtime
import Glibc
import Platform

/// One device from its opening to its loss: the capture loop.
@safe
final class CaptureSession: @unchecked Sendable {
    enum End: Hashable {
        case stopped
        /// It claims to run and gives nothing.
        case stalled
        /// With the errno that ended it.
        case lost(Int32)
    }

    /// Nanoseconds without a frame after which a device that claims to run is given up.
    private static let patience = MonotonicTime.second / 2
    /// Nanoseconds for a sleeping device to wake up, after which it is started anew; and from one try to the next.
    private static let longestWaking = MonotonicTime.second
    private static let wakingPause = MonotonicTime.second / 50
    /// Starts in a row that bring no frame, after which only opening it again may help.
    private static let fruitlessStarts = 3

    let device: PCMDevice
    let chain: CaptureChain
    private let stream: CaptureStream
    private let thread: NamedThread
    private let pcm: UnsafeMutablePointer<bearing_pcm>
    /// Whether the device has given a frame since it was opened.
    private(set) var hasHeard = false

    init(
        name: String, map: ChannelMap?, stream: CaptureStream, timeline: CaptureTimeline, thread: NamedThread
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
        let status = stream.status
        var fault = start()
        var starts = 1
        // Frames are awaited from here on: from the latest ones, or from a start that was worth trying.
        var latest = MonotonicTime.now
        while fault == 0 {
            let event = unsafe bearing_pcm_wait(pcm, latest + Self.patience - MonotonicTime.now)
            if thread.isStopping { return .stopped }
            // One switch for all that the device can say.
            switch result(of: Int(event)) {
            case .frames:
                latest = MonotonicTime.now
                starts = 0
                if status.state != .running { resumeStream() }
                hasHeard = true
            case .again:
                // Neither a timeout nor frames: rest, so that a plugin that wakes for nothing costs nothing.
                if event != BEARING_PCM_TIMEOUT {
                    status.countEmptyWake()
                    if rest() { return .stopped }
                }
            case .interrupted:
                status.countInterrupt()
            case .overrun:
                status.countOverrun()
                status.note(error: EPIPE)
                fault = start()
                starts += 1
                latest = MonotonicTime.now
            case .suspended:
                status.countSuspend()
                status.note(error: ESTRPIPE)
                stream.wake.signal()
                chain.beginSegment()
                fault = awaken()
                starts += 1
                latest = MonotonicTime.now
            case .lost(let code):
                return .lost(code)
            }
            if starts > Self.fruitlessStarts { return .lost(EIO) }
            if MonotonicTime.now - latest >= Self.patience { return .stalled }
        }
        return .lost(-fault)
    }

    /// What the device says after a wait that ended so.
    private func result(of event: Int) -> PCMResult {
        switch event {
        case ..<0: PCMResult(event)
        case BEARING_PCM_NOTHING: .again
        case BEARING_PCM_INTERRUPTED: .interrupted
        // After a timeout too: a plugin may have frames, or an error, and no wake-up for them.
        default: take()
        }
    }

    /// Reads all that is there.
    private func take() -> PCMResult {
        var moment: Int64 = 0
        let available = unsafe bearing_pcm_available(pcm, &moment)
        guard available >= 0 else { return PCMResult(available) }
        if available > 0 { chain.observe(available: available, at: moment) }
        // Where nothing is there, one read still fetches the error of a device that only reads tell.
        var left = max(available, 1)
        while left > 0 {
            let wanted = min(left, device.shape.period)
            let result = unsafe PCMResult(bearing_pcm_read(pcm, chain.target, UInt(wanted)))
            guard case .frames(let count) = result else {
                return left < available && result == .again ? .frames(available - left) : result
            }
            // A read that hung until nobody waits for it any more: the ring may have another writer by now.
            if thread.isStopping { return .again }
            chain.deliver(count)
            if count < wanted { stream.status.countShortRead() }
            left -= count
        }
        return .frames(available)
    }

    /// The first frames, or the first after a loss.
    private func resumeStream() {
        if stream.status.state == .lost { stream.status.countReopen() }
        stream.status.enter(.running)
    }

    /// What comes from here on is not connected with what was before. 0 or -errno.
    private func start() -> Int32 {
        chain.beginSegment()
        return unsafe bearing_pcm_start(pcm)
    }

    /// Resumes a device that slept; one that cannot, or does not in time, is started anew. 0 or -errno.
    private func awaken() -> Int32 {
        let deadline = MonotonicTime.now + Self.longestWaking
        var code = unsafe bearing_pcm_resume(pcm)
        while code == -EAGAIN, MonotonicTime.now < deadline {
            if thread.stopEvent.wait(until: MonotonicTime.now + Self.wakingPause) { return 0 }
            code = unsafe bearing_pcm_resume(pcm)
        }
        return code == 0 ? 0 : start()
    }

    /// Half a period; true when the thread shall stop.
    private func rest() -> Bool {
        let half = Int64(device.shape.period) * MonotonicTime.second / Int64(2 * device.shape.sampleRate)
        return thread.stopEvent.wait(until: MonotonicTime.now + half)
    }
}
