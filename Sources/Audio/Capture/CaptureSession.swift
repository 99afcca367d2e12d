import CRealtime
import Glibc
import Platform

/// The capture loop of one device, from opening to loss.
@safe
final class CaptureSession: @unchecked Sendable {
    enum End: Hashable {
        case stopped
        /// The device claims to run but delivers no frames.
        case stalled
        /// The device failed with this errno.
        case lost(Int32)
    }

    /// Nanoseconds without a frame after which a device that claims to run is given up.
    private static let patience = MonotonicTime.second / 2
    /// Nanoseconds for a suspended device to resume before it is restarted; and between attempts.
    private static let longestWaking = MonotonicTime.second
    private static let wakingPause = MonotonicTime.second / 50
    /// Consecutive starts without a frame, after which the device must be reopened.
    private static let fruitlessStarts = 3

    let device: PCMDevice
    let chain: CaptureChain
    private let stream: CaptureStream
    private let thread: NamedThread
    private let pcm: UnsafeMutablePointer<bearing_pcm>
    /// Whether the device has delivered a frame since it was opened.
    private(set) var hasReceived = false

    init(
        name: String, map: ChannelMap?, period: Int, stream: CaptureStream, timeline: CaptureTimeline, thread: NamedThread
    ) throws(AudioError) {
        device = try PCMDevice(name: name, map: map, channels: stream.channels, period: period)
        chain = try CaptureChain(
            shape: device.shape, map: map ?? .identity(stream.channels), stream: stream, timeline: timeline)
        self.stream = stream
        self.thread = thread
        unsafe pcm = .allocate(capacity: 1)
        unsafe pcm.initialize(to: bearing_pcm())
        try unsafe device.watch(pcm, stop: thread.stopEvent)
    }

    deinit { unsafe pcm.deallocate() }

    /// Starts the device and transfers its frames until it is lost or the thread should stop.
    func run() -> End {
        let status = stream.status
        var fault = start()
        var starts = 1
        // Time since the latest frames, or since the latest start attempt.
        var latest = MonotonicTime.now
        while fault == 0 {
            let event = unsafe bearing_pcm_wait(pcm, latest + Self.patience - MonotonicTime.now)
            if thread.isStopping { return .stopped }
            // One switch over all results of the device.
            switch result(of: Int(event)) {
            case .frames:
                latest = MonotonicTime.now
                starts = 0
                if status.state != .running { resumeStream() }
                hasReceived = true
            case .again:
                // Neither a timeout nor frames: pause, so that a plugin with spurious wake-ups costs no CPU time.
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

    /// The device's state after a wait with this result.
    private func result(of event: Int) -> PCMResult {
        switch event {
        case ..<0: PCMResult(event)
        case BEARING_PCM_NOTHING: .again
        case BEARING_PCM_INTERRUPTED: .interrupted
        // Also after a timeout: a plugin may have frames, or an error, without a wake-up.
        default: take()
        }
    }

    /// Reads all available frames.
    private func take() -> PCMResult {
        var moment: Int64 = 0
        let available = unsafe bearing_pcm_available(pcm, &moment)
        guard available >= 0 else { return PCMResult(available) }
        if available > 0 { chain.observe(available: available, at: moment) }
        // Without available frames, one read still fetches an error that only reads report.
        var left = max(available, 1)
        while left > 0 {
            let wanted = min(left, device.shape.period)
            let result = unsafe PCMResult(bearing_pcm_read(pcm, chain.target, UInt(wanted)))
            guard case .frames(let count) = result else {
                return left < available && result == .again ? .frames(available - left) : result
            }
            // The read was stuck until `stop` gave up: the ring may have another writer by now.
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
        stream.wake.signal()
    }

    /// Starts the device; later frames are not continuous with earlier ones. Returns 0 or -errno.
    private func start() -> Int32 {
        chain.beginSegment()
        return unsafe bearing_pcm_start(pcm)
    }

    /// Resumes a suspended device, or restarts it if it cannot resume in time. Returns 0 or -errno.
    private func awaken() -> Int32 {
        let deadline = MonotonicTime.now + Self.longestWaking
        var code = unsafe bearing_pcm_resume(pcm)
        while code == -EAGAIN, MonotonicTime.now < deadline {
            if thread.stopEvent.wait(until: MonotonicTime.now + Self.wakingPause) { return 0 }
            code = unsafe bearing_pcm_resume(pcm)
        }
        return code == 0 ? 0 : start()
    }

    /// Pauses for half a period; returns true if the thread should stop.
    private func rest() -> Bool {
        let half = Int64(device.shape.period) * MonotonicTime.second / Int64(2 * device.shape.sampleRate)
        return thread.stopEvent.wait(until: MonotonicTime.now + half)
    }
}
