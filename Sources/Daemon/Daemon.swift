public import Audio
import Glibc
public import Logging
public import Pipeline
public import TrackFeed

/// The running daemon: capture -> ring -> analysis -> mailbox -> server, each on a thread of its own.
public final class Daemon {
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
        /// Where subscribers connect.
        public var addresses: [FeedAddress]
        /// Sockets of systemd, which stand in for the paths among the addresses.
        public var passed = PassedSockets.none
        public var access = FeedAccess()
        public var limits = FeedLimits()
        /// Priority of the capture thread under SCHED_FIFO; nil asks for nothing of the system.
        public var priority: Int?
        /// What is kept of all that is heard and told; nil keeps nothing.
        public var recording: Recorder.Plan?
        /// What the channels of the source should be, to be watched; nil watches nothing.
        public var microphone: Microphone?

        public init(addresses: [FeedAddress]) { self.addresses = addresses }
    }

    let stream: CaptureStream
    let server: TrackServer
    let mailbox: Mailbox
    let health = Health()
    let timings = FeedTimings()
    let options: Options
    let recorder: Recorder?
    let monitor: ChannelMonitor?
    var hearing: Hearing
    /// What is told to subscribers, apart from what the source adds to the latency once it is open.
    var hello: FeedHello
    var log: Logger
    /// Reads the configuration again, on SIGHUP; nil ignores the signal.
    let reading: ((CaptureStream) throws -> Setup)?
    private let serverThread = CaptureThread(name: "bearing-feed")
    /// Whether the daemon belongs to a terminal, whose end is a SIGHUP too.
    private let hasTerminal = isatty(STDIN_FILENO) == 1

    /// Binds the socket and warms the pipeline up; nothing runs yet.
    /// - Parameter reading: what SIGHUP asks for a new setup, whose capture fills the stream that it is given.
    public init(
        capture: any CaptureSource, pipeline: LocalizationPipeline, hello: FeedHello, options: Options, log: Logger,
        reading: ((CaptureStream) throws -> Setup)? = nil
    ) throws(StartError) {
        self.options = options
        self.hello = hello
        self.log = log
        self.reading = reading
        var limits = options.limits
        let room = Realtime.raiseDescriptorLimit() - Self.reservedDescriptors
        if limits.subscribers > room {
            log.warning("at most \(room) subscribers, not \(limits.subscribers): the limit of open files (RLIMIT_NOFILE) is too low")
            limits.subscribers = max(1, room)
        }
        let (mailbox, stream, health, timings) = (Mailbox(), capture.stream, health, timings)
        (self.mailbox, self.stream) = (mailbox, stream)
        do {
            server = try TrackServer(
                addresses: options.addresses, passed: options.passed, access: options.access, hello: hello,
                mailbox: mailbox, limits: limits, timings: timings,
                status: { health.status(of: stream, mailbox: mailbox) })
        } catch {
            throw .feed(error)
        }
        do throws(AudioError) {
            recorder = try options.recording.map { plan throws(AudioError) in try Recorder(plan, hello: hello, log: log) }
        } catch {
            throw .audio(error)
        }
        monitor = options.microphone.map { ChannelMonitor($0, health: health) }
        let loop = AnalysisLoop(
            stream: stream, pipeline: pipeline, mailbox: mailbox, health: health, timings: timings, recording: recorder?.feed,
            monitor: monitor)
        loop.warmUp()
        hearing = Hearing(capture: capture, loop: loop)
        for place in server.places {
            if let warning = place.warning { log.warning("\(warning)") }
        }
    }

    /// Where subscribers connect.
    public var addresses: [FeedAddress] { server.places.map(\.address) }

    /// Descriptors that no subscriber gets: the device is opened anew through them, and files are read.
    private static let reservedDescriptors = 64

    /// Runs until SIGTERM, SIGINT or the end of a file that does not repeat, then stops cleanly. SIGHUP reloads.
    ///
    /// Threads start from the last to the first, so that nothing is ever written that nobody reads, and stop in the
    /// opposite order. To be called once, from a thread that may block the signals for the whole process.
    public func run(notify: String? = nil) throws(StartError) {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGTERM)
        unsafe sigaddset(&signals, SIGINT)
        if reading != nil { unsafe sigaddset(&signals, SIGHUP) }
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        let manager = ServiceManager(path: notify)
        try start()
        log.notice("running", metadata: ["socket": "\(server.summary)"])
        manager?.tell("READY=1")
        watch(signals, manager)
        manager?.tell("STOPPING=1")
        stop()
        log.notice("stopped", metadata: ["blocks": "\(health.blocks)"])
    }

    func start() throws(StartError) {
        if options.priority != nil, let reason = Realtime.lockMemory() {
            log.warning("memory is not locked, so paging may cost audio: \(reason)")
        }
        serverThread.start { [server] in server.run() }
        recorder?.start()
        monitor?.start()
        startAnalysis()
        do throws(AudioError) {
            try promoted(options.priority) { () throws(AudioError) in try hearing.capture.start() }
        } catch {
            stop()
            throw .audio(error)
        }
        report(hearing.capture)
        announce()
    }

    /// The analysis thread runs one below the capture thread.
    func startAnalysis() { promoted(options.priority.map { $0 - 1 }) { hearing.startAnalysis() } }

    func promoted<Failure>(_ priority: Int?, _ body: () throws(Failure) -> Void) throws(Failure) {
        guard let priority else { return try body() }
        try Realtime.promoted(
            priority: priority,
            refused: { log.warning("audio threads run without real-time priority, so a busy machine may cost audio: \($0)") },
            body)
    }

    /// Says what is odd about a source that has just been opened.
    func report(_ capture: any CaptureSource) {
        for remark in capture.remarks { log.warning("\(remark)") }
    }

    /// Tells subscribers what is heard, with the latency that the open source has.
    func announce() {
        var hello = hello
        hello.latencyMilliseconds += 1000 * hearing.capture.latency
        hello.latency?.resampler = 1000 * hearing.capture.latency
        hello.capture = hearing.capture.agreement
        server.announce(hello)
        recorder?.announce(hello)
    }

    func stop() {
        hearing.capture.stop()
        hearing.stopAnalysis()
        recorder?.stop()
        monitor?.stop()
        server.stop()
        serverThread.stop()
    }

    /// Until a signal or the end of the audio: pets systemd's watchdog while the analysis lives, logs what changes.
    private func watch(_ signals: sigset_t, _ manager: ServiceManager?) {
        var state = CaptureState.opening
        var passes = -1
        var (refusals, networkResets, unsoundSamples) = (RefusalLog(), RefusalLog(), RefusalLog())
        while true {
            var pause = timespec(tv_sec: 0, tv_nsec: 200_000_000)
            var signals = signals
            switch unsafe sigtimedwait(&signals, nil, &pause) {
            case SIGTERM, SIGINT: return
            case SIGHUP:
                if hasTerminal, isatty(STDIN_FILENO) != 1 { return }
                manager?.tell("RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.now / 1000)")
                reload()
                manager?.tell("READY=1")
            default: break
            }
            let status = stream.status
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
            if let count = refusals.news(count: server.refusedCount, now: MonotonicTime.now) {
                log.warning("\(count) subscribers refused: there are \(server.subscriberCount) already (socket.subscribers)")
            }
            for news in health.takeWarningNews() {
                if news.isOver { log.notice("no longer found: \(news.text)") } else { log.warning("\(news.text)") }
            }
            if let count = networkResets.news(count: health.networkResets, now: MonotonicTime.now) {
                log.warning(
                    "the network was reset \(count) times, as a value in it was not finite: check that the model fits the microphone")
            }
            if let count = unsoundSamples.news(count: status.unsoundSamples, now: MonotonicTime.now) {
                log.warning(
                    "expected finite samples of up to 2^32 times full scale, found \(count) others, replaced by 0: check the source")
            }
            if health.passes != passes {
                passes = health.passes
                manager?.tell("WATCHDOG=1")
            }
            if state == .ended, stream.ring.framesAvailable == 0 { return }
        }
    }
}
