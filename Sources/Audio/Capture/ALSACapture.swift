import CRealtime
import Glibc
import Platform
import Synchronization

/// Captures from an ALSA device on its own thread. A lost device is reopened, with unlimited attempts.
public final class ALSACapture: CaptureSource {
    /// Nanoseconds between attempts to reopen a lost device: initial and maximum.
    private static let backoff = MonotonicTime.second / 10...MonotonicTime.second / 2

    /// Maximum time in nanoseconds that `stop` waits for the thread.
    private static let stopPatience = MonotonicTime.second / 2

    private let present: Mutex<CaptureOpener>
    private var opener: CaptureOpener { present.withLock { $0 } }
    public let stream: CaptureStream
    /// The device's name in ALSA, for example "hw:1" or "hw:CARD=Array".
    public let device: String

    /// Default period in milliseconds.
    public static let usualPeriod = 10

    /// - Parameters:
    ///   - map: the channels of the device to use; nil requires as many as the stream has.
    ///   - period: milliseconds between two wake-ups of the thread.
    public init(device: String, map: ChannelMap? = nil, period: Int = usualPeriod, stream: CaptureStream) {
        self.stream = stream
        self.device = device
        present = Mutex(CaptureOpener(device: device, map: map, period: period, stream: stream))
    }

    deinit { stop() }

    /// The parameters negotiated when the device was last opened; nil before `start`.
    public var shape: CaptureShape? { opener.agreed.withLock { $0?.shape } }

    public var latency: Double { opener.agreed.withLock { $0?.latency ?? 0 } }

    public var agreement: String? { shape?.description }

    /// Opens the device and starts to capture.
    ///
    /// - Throws: `missingDevice`, `busyDevice`, `forbiddenDevice`, `wrongChannelCount`, `unfitDevice`, `failedDevice`.
    public func start() throws(AudioError) {
        let timeline = newTimeline
        let first = try opener.open(timeline)
        supervise(first, timeline)
    }

    public func resume() {
        let timeline = newTimeline
        let first = try? opener.open(timeline)
        if first == nil { stream.status.enter(.lost) }
        supervise(first, timeline)
    }

    public func stop() {
        // The stream may belong to another capture by now.
        switch opener.thread.stop(patience: Self.stopPatience) {
        case .none: return
        case .ended: break
        // A stuck thread keeps its opener, which ends it.
        case .abandoned: present.withLock { $0 = CaptureOpener(device: device, map: $0.map, period: $0.period, stream: $0.stream) }
        }
        stream.status.enter(.stopped)
        stream.wake.signal()
    }

    private var newTimeline: CaptureTimeline {
        CaptureTimeline(
            clock: stream.clock, wallOffset: bearing_wall_nanoseconds() - bearing_monotonic_nanoseconds())
    }

    /// The thread holds the opener, not this object, whose `deinit` stops the thread.
    private func supervise(_ first: CaptureSession?, _ timeline: CaptureTimeline) {
        opener.thread.start { [opener] in Self.supervise(first, timeline, opener) }
    }

    /// Runs one session after another until the thread should stop.
    private static func supervise(_ first: CaptureSession?, _ timeline: CaptureTimeline, _ opener: CaptureOpener) {
        let (stream, thread) = (opener.stream, opener.thread)
        var session = first
        var timeline = timeline
        var pause = backoff.lowerBound
        while !thread.isStopping {
            if let open = session {
                let end = open.run()
                timeline = open.chain.timelineSoFar
                switch end {
                case .stopped: return open.device.close()
                case .stalled: note(ETIMEDOUT, open, stream.status, stream.status.countStall)
                case .lost(let code): note(code, open, stream.status, stream.status.countLoss)
                }
                // Reported before it is closed, since closing a device of a hanging sound server blocks.
                stream.wake.signal()
                open.device.close()
                session = nil
                if open.hasReceived { pause = backoff.lowerBound }
            }
            if thread.stopEvent.wait(until: MonotonicTime.now + pause) { break }
            pause = min(2 * pause, backoff.upperBound)
            do throws(AudioError) {
                session = try opener.open(timeline)
            } catch {
                stream.status.countRefusal()
                if case .busyDevice = error { stream.status.countBusy() }
                stream.status.note(error: error.number)
                stream.wake.signal()
            }
        }
        session?.device.close()
    }

    /// Counts the loss of a session's device; a device that has given no frame since its last loss is not counted again.
    private static func note(_ code: Int32, _ session: CaptureSession, _ status: CaptureStatus, _ count: () -> Void) {
        if session.hasReceived || status.state == .opening { count() }
        status.note(error: code)
        status.enter(.lost)
    }
}

extension AudioError {
    /// The errno closest to the reason of a refused open.
    fileprivate var number: Int32 {
        switch self {
        case .missingDevice: ENODEV
        case .busyDevice: EBUSY
        case .forbiddenDevice: EACCES
        default: EIO
        }
    }
}

/// The parameters for opening the device, initially and after every loss.
private final class CaptureOpener: Sendable {
    let device: String
    let map: ChannelMap?
    let period: Int
    let stream: CaptureStream
    let thread = NamedThread(name: "bearing-capture")
    let agreed = Mutex<(shape: CaptureShape, latency: Double)?>(nil)

    init(device: String, map: ChannelMap?, period: Int, stream: CaptureStream) {
        self.device = device
        self.map = map
        self.period = period
        self.stream = stream
    }

    func open(_ timeline: CaptureTimeline) throws(AudioError) -> CaptureSession {
        let session = try CaptureSession(
            name: device, map: map, period: period, stream: stream, timeline: timeline, thread: thread)
        agreed.withLock { $0 = (session.device.shape, session.chain.latency) }
        return session
    }
}
