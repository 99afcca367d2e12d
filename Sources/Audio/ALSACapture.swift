import CRealtime
import Synchronization

/// Captures from an ALSA device on a thread of its own and never gives up: a lost device is opened again for ever.
public final class ALSACapture: CaptureSource {
    /// Nanoseconds between attempts to open a lost device, first and longest.
    private static let backoff = MonotonicTime.second / 10...MonotonicTime.second / 2

    public var stream: CaptureStream { opener.stream }
    /// The name as ALSA knows it, for example "hw:1" or "hw:CARD=Array".
    public var device: String { opener.device }

    private let opener: CaptureOpener

    /// - Parameter map: which channels of the device to use; nil demands exactly four.
    public init(device: String, map: ChannelMap? = nil, stream: CaptureStream) {
        opener = CaptureOpener(device: device, map: map, stream: stream)
    }

    deinit { stop() }

    /// What was agreed with the device when it was last opened; nil before `start`.
    public var shape: CaptureShape? { opener.agreed.withLock { $0?.shape } }

    public var latency: Double { opener.agreed.withLock { $0?.latency ?? 0 } }

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
        // The stream may be another capture's by now.
        guard opener.thread.stop() else { return }
        stream.status.enter(.stopped)
        stream.wake.signal()
    }

    private var newTimeline: CaptureTimeline {
        CaptureTimeline(
            clock: stream.clock, wallOffset: bearing_wall_nanoseconds() - bearing_monotonic_nanoseconds())
    }

    /// The thread holds the opener and not this object, whose end stops it.
    private func supervise(_ first: CaptureSession?, _ timeline: CaptureTimeline) {
        opener.thread.start { [opener] in Self.supervise(first, timeline, opener) }
    }

    /// Runs sessions one after the other until the thread shall stop.
    private static func supervise(_ first: CaptureSession?, _ timeline: CaptureTimeline, _ opener: CaptureOpener) {
        let (stream, thread) = (opener.stream, opener.thread)
        var session = first
        var timeline = timeline
        var pause = backoff.lowerBound
        while !thread.isStopping {
            if let open = session {
                let framesBefore = stream.status.frames
                let end = open.run()
                open.device.close()
                session = nil
                timeline = open.chain.timelineSoFar
                guard case .lost(let code) = end else { return }
                stream.status.note(error: code)
                stream.status.enter(.lost)
                stream.wake.signal()
                if stream.status.frames > framesBefore { pause = backoff.lowerBound }
            }
            if thread.stopEvent.wait(until: MonotonicTime.now + pause) { break }
            pause = min(2 * pause, backoff.upperBound)
            session = try? opener.open(timeline)
            if session != nil { stream.status.countReopen() }
        }
        session?.device.close()
    }
}

/// What it takes to open the device, the first time and after every loss.
private final class CaptureOpener: Sendable {
    let device: String
    let map: ChannelMap?
    let stream: CaptureStream
    let thread = CaptureThread(name: "bearing-capture")
    let agreed = Mutex<(shape: CaptureShape, latency: Double)?>(nil)

    init(device: String, map: ChannelMap?, stream: CaptureStream) {
        self.device = device
        self.map = map
        self.stream = stream
    }

    func open(_ timeline: CaptureTimeline) throws(AudioError) -> CaptureSession {
        let session = try CaptureSession(name: device, map: map, stream: stream, timeline: timeline, thread: thread)
        agreed.withLock { $0 = (session.device.shape, session.chain.latency) }
        return session
    }
}
