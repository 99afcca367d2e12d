public import Audio
import Glibc
public import Logging
public import Pipeline
public import TrackFeed

/// The running daemon: capture -> ring -> analysis -> mailbox -> server, each on a thread of its own.
public final class Daemon: Sendable {
    /// What stands in the way of a start.
    public enum StartError: Error, CustomStringConvertible {
        case audio(AudioError)
        case feed(FeedError)

        public var description: String {
            switch self {
            case .audio(let error): error.description
            case .feed(let error): error.description
            }
        }
    }

    /// How the daemon serves and runs, apart from what it hears with.
    public struct Options: Sendable {
        public var socketPath: String
        public var limits = FeedLimits()
        /// Priority of the capture thread under SCHED_FIFO; nil asks for nothing of the system.
        public var priority: Int?

        public init(socketPath: String) { self.socketPath = socketPath }
    }

    private let capture: any CaptureSource
    private let server: TrackServer
    private let loop: AnalysisLoop
    private let health = Health()
    private let options: Options
    private let log: Logger
    private let serverThread = CaptureThread(name: "bearing-feed")
    private let analysisThread = CaptureThread(name: "bearing-analyse")

    /// Binds the socket and warms the pipeline up; nothing runs yet.
    public init(
        capture: any CaptureSource, pipeline: LocalizationPipeline, hello: FeedHello, options: Options, log: Logger
    ) throws(StartError) {
        self.capture = capture
        self.options = options
        self.log = log
        Realtime.raiseDescriptorLimit()
        let (mailbox, stream, health, timings) = (Mailbox(), capture.stream, health, FeedTimings())
        do {
            server = try TrackServer(
                path: options.socketPath, hello: hello, mailbox: mailbox, limits: options.limits, timings: timings,
                status: { health.status(of: stream, mailbox: mailbox) })
        } catch {
            throw .feed(error)
        }
        loop = AnalysisLoop(stream: stream, pipeline: pipeline, mailbox: mailbox, health: health, timings: timings)
        loop.warmUp()
    }

    /// Where subscribers connect.
    public var socketPath: String { server.path }

    /// Runs until SIGTERM, SIGINT or the end of a file that does not repeat, then stops cleanly.
    ///
    /// Threads start from the last to the first, so that nothing is ever written that nobody reads, and stop in the
    /// opposite order. To be called once, from a thread that may block the two signals for the whole process.
    public func run(notify: String? = nil) throws(StartError) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe sigaddset(&signals, SIGINT)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let manager = ServiceManager(path: notify)
        try start()
        log.notice("running", metadata: ["socket": "\(server.path)"])
        manager?.tell("READY=1")
        watch(signals, manager)
        manager?.tell("STOPPING=1")
        stop()
        log.notice("stopped", metadata: ["blocks": "\(health.blocks)"])
    }

    private func start() throws(StartError) {
        if options.priority != nil, let reason = Realtime.lockMemory() {
            log.warning("memory is not locked, so paging may cost audio: \(reason)")
        }
        serverThread.start { [server] in server.run() }
        let priority = options.priority
        promoted(priority.map { $0 - 1 }) { [analysisThread, loop] in
            analysisThread.start { while !analysisThread.isStopping { loop.pass() } }
        }
        do throws(AudioError) {
            try promoted(priority) { () throws(AudioError) in try capture.start() }
        } catch {
            stop()
            throw .audio(error)
        }
    }

    private func promoted<Failure>(_ priority: Int?, _ body: () throws(Failure) -> Void) throws(Failure) {
        guard let priority else { return try body() }
        try Realtime.promoted(
            priority: priority,
            refused: { log.warning("audio threads run without real-time priority, so a busy machine may cost audio: \($0)") },
            body)
    }

    private func stop() {
        capture.stop()
        analysisThread.askToStop()
        capture.stream.wake.signal()
        analysisThread.stop()
        server.stop()
        serverThread.stop()
    }

    /// Until a signal or the end of the audio: pets systemd's watchdog while the analysis lives, logs what changes.
    private func watch(_ signals: sigset_t, _ manager: ServiceManager?) {
        var state = CaptureState.opening
        var passes = -1
        while true {
            var pause = timespec(tv_sec: 0, tv_nsec: 200_000_000)
            var signals = signals
            let caught = unsafe sigtimedwait(&signals, nil, &pause)
            if caught == SIGTERM || caught == SIGINT { return }
            let status = capture.stream.status
            if status.state != state {
                state = status.state
                let metadata: Logger.Metadata = ["overruns": "\(status.overruns)", "reopens": "\(status.reopens)"]
                if state == .lost {
                    let reason = CaptureFault.text(of: status.lastError) ?? "nobody says why"
                    log.warning("audio lost, trying again: \(reason)", metadata: metadata)
                } else {
                    log.notice("audio \(state)", metadata: metadata)
                }
                manager?.tell("STATUS=audio \(state)")
            }
            if health.passes != passes {
                passes = health.passes
                manager?.tell("WATCHDOG=1")
            }
            if state == .ended, capture.stream.ring.framesAvailable == 0 { return }
        }
    }
}
