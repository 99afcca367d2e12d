public import Audio
public import Logging
public import Pipeline
import Platform
import Service
import Signal
public import TrackFeed

/// The running daemon: capture -> ring -> analysis -> mailbox -> server, each on its own thread.
public final class Daemon {
    /// Errors of a start, or of the running daemon.
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

    /// Options of serving and scheduling, independent of source and model.
    public struct Options: Sendable {
        /// Addresses for subscribers.
        public var addresses: [FeedAddress]
        /// Sockets from systemd, which replace the paths among the addresses.
        public var passed = PassedSockets.none
        public var access = FeedAccess()
        public var limits = FeedLimits()
        /// Priority of the capture thread under SCHED_FIFO; nil requests nothing from the system.
        public var priority: Int?
        /// Recordings of audio and tracks; nil disables them.
        public var recording: RecordPlan?
        /// The expected channels of the source, to be checked; nil disables the checks.
        public var microphone: Microphone?
        /// Seconds that count as already run: for endurance tests.
        public var past = 0

        public init(addresses: [FeedAddress]) { self.addresses = addresses }
    }

    let stream: CaptureStream
    let server: TrackServer
    let mailbox: Mailbox
    let health: Health
    let timings: FeedTimings
    let options: Options
    let recorder: Recorder?
    let monitor: ChannelMonitor?
    /// Receivers of audio and tracks, the server last.
    let sinks: [any TrackSink]
    var audio: AudioSide
    /// The hello line, without the latency of the source, which is added once the source is open.
    var hello: FeedHello
    var log: Logger
    /// Reads the configuration again, on SIGHUP; nil ignores the signal.
    let reading: ((CaptureStream) throws -> Setup)?
    private let serverThread = NamedThread(name: "bearing-feed")

    /// Binds the socket and warms the pipeline up; no thread runs yet.
    /// - Parameter reading: returns the new setup on SIGHUP; its capture fills the stream that it receives.
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
        let blocks = options.past * FrameLayout.blocksPerSecond
        let (mailbox, stream) = (Mailbox(past: blocks), capture.stream)
        let (health, timings) = (Health(channels: stream.channels, past: options.past), FeedTimings(past: blocks))
        (self.mailbox, self.stream, self.health, self.timings) = (mailbox, stream, health, timings)
        do {
            server = try TrackServer(
                addresses: options.addresses, passed: options.passed, access: options.access, hello: hello,
                mailbox: mailbox, limits: limits, timings: timings, past: blocks,
                status: { health.status(of: stream, mailbox: mailbox) })
        } catch {
            throw .feed(error)
        }
        // Set at once, since subscribers may connect from here on.
        for place in server.places {
            if let warning = place.warning { log.warning("\(warning)") }
        }
        do throws(AudioError) {
            recorder = try options.recording.map { plan throws(AudioError) in
                try Recorder(plan, channels: stream.channels, hello: hello, log: log)
            }
        } catch {
            throw .audio(error)
        }
        monitor = options.microphone.map { ChannelMonitor($0, health: health) }
        let others: [(any TrackSink)?] = [recorder?.feed, monitor, StateWatch()]
        sinks = others.compactMap(\.self) + [mailbox]
        pipeline.continueIDs(from: blocks + 1)
        let loop = AnalysisLoop(
            stream: stream, pipeline: pipeline, sinks: sinks, health: health, timings: timings, sequence: blocks)
        loop.warmUp()
        audio = AudioSide(capture: capture, loop: loop)
    }

    /// Why this process has too few file descriptors for a daemon; nil if they suffice. Checked first.
    public static var lackOfDescriptors: String? {
        let found = Realtime.raiseDescriptorLimit()
        guard found < Realtime.leastDescriptors else { return nil }
        return "limit of open files: expected at least \(Realtime.leastDescriptors), found \(found): raise it (ulimit -n, LimitNOFILE=)"
    }

    /// Addresses for subscribers.
    public var addresses: [FeedAddress] { server.places.map(\.address) }

    /// File descriptors reserved for reopening the device and reading files.
    private static let reservedDescriptors = 64

    /// Nanoseconds for a thread to end; a hanging one is abandoned. The capture has half a second of its own, and all threads
    /// together have less than `BEARING_SIGNALS_PATIENCE`.
    private static let stopPatience = MonotonicTime.second / 4

    /// Runs until SIGTERM, SIGINT or the end of a file that is not repeated, then stops cleanly. SIGHUP reloads. Signals are
    /// those of `ProcessSignals`.
    ///
    /// Threads start from the last to the first, so that every queue has a reader before a writer, and stop in the opposite
    /// order. Called once.
    /// - Throws: also why a file could not be played to its end.
    public func run(notify: String? = nil) throws(StartError) {
        let manager = ServiceManager(path: notify)
        // SIGTERM came before the start.
        guard !ProcessSignals.areEnding else { return }
        try start()
        log.notice("running", metadata: ["socket": "\(server.summary)"])
        manager?.notify("READY=1")
        watch(manager)
        manager?.notify("STOPPING=1")
        let failure = stream.status.state == .ended ? audio.capture.failure : nil
        stop()
        log.notice("stopped", metadata: ["blocks": "\(health.blocks)"])
        if let failure { throw .audio(failure) }
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
            try promoted(options.priority) { () throws(AudioError) in try audio.capture.start() }
        } catch {
            stop()
            throw .audio(error)
        }
        report(audio.capture)
        announce()
    }

    /// The analysis thread runs one priority below the capture thread.
    func startAnalysis() { promoted(options.priority.map { $0 - 1 }) { audio.startAnalysis() } }

    func promoted<Failure>(_ priority: Int?, _ body: () throws(Failure) -> Void) throws(Failure) {
        guard let priority else { return try body() }
        try Realtime.promoted(
            priority: priority,
            refused: { log.warning("audio threads run without real-time priority, so a busy machine may cost audio: \($0)") },
            body)
    }

    /// Logs warnings of a newly opened source.
    func report(_ capture: any CaptureSource) {
        for remark in capture.remarks { log.warning("\(remark)") }
    }

    /// Sends subscribers the new hello line, with the latency of the open source.
    func announce() {
        var hello = hello
        hello.latencyMilliseconds += 1000 * audio.capture.latency
        hello.latency?.resampler = 1000 * audio.capture.latency
        hello.capture = audio.capture.agreement
        server.announce(hello)
        recorder?.announce(hello)
    }

    func stop() {
        audio.capture.stop()
        let patience = Self.stopPatience
        var hanging: [String] = []
        if audio.stopAnalysis(patience: patience) == .abandoned { hanging.append("analysis") }
        if recorder?.stop(patience: 2 * patience) == .abandoned { hanging.append("recordings") }
        monitor?.stop(patience: patience)
        server.stop()
        if serverThread.stop(patience: patience) == .abandoned { hanging.append("server") }
        if !hanging.isEmpty { log.error("abandoned, since it hangs: \(hanging.joined(separator: ", "))") }
    }
}
