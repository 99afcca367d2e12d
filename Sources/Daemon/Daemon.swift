public import Audio
public import Logging
public import Pipeline
import Platform
import Service
public import TrackFeed

/// The running daemon: capture -> ring -> analysis -> mailbox -> server, each on a thread of its own.
public final class Daemon {
    /// What stands in the way of a start, or of going on.
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
        public var recording: RecordPlan?
        /// What the channels of the source should be, to be watched; nil watches nothing.
        public var microphone: Microphone?
        /// Seconds that count as run already: for tests of endurance.
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
    var hearing: AudioSide
    /// What is told to subscribers, apart from what the source adds to the latency once it is open.
    var hello: FeedHello
    var log: Logger
    /// Reads the configuration again, on SIGHUP; nil ignores the signal.
    let reading: ((CaptureStream) throws -> Setup)?
    private let serverThread = NamedThread(name: "bearing-feed")

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
        let blocks = options.past * Self.blocksPerSecond
        let (mailbox, stream) = (Mailbox(past: blocks), capture.stream)
        let (health, timings) = (Health(past: options.past), FeedTimings(past: blocks))
        (self.mailbox, self.stream, self.health, self.timings) = (mailbox, stream, health, timings)
        do {
            server = try TrackServer(
                addresses: options.addresses, passed: options.passed, access: options.access, hello: hello,
                mailbox: mailbox, limits: limits, timings: timings, past: blocks,
                status: { health.status(of: stream, mailbox: mailbox) })
        } catch {
            throw .feed(error)
        }
        // At once, since subscribers may connect from here on.
        for place in server.places {
            if let warning = place.warning { log.warning("\(warning)") }
        }
        do throws(AudioError) {
            recorder = try options.recording.map { plan throws(AudioError) in try Recorder(plan, hello: hello, log: log) }
        } catch {
            throw .audio(error)
        }
        monitor = options.microphone.map { ChannelMonitor($0, health: health) }
        pipeline.continueIDs(from: blocks + 1)
        let loop = AnalysisLoop(
            stream: stream, pipeline: pipeline, mailbox: mailbox, health: health, timings: timings, recording: recorder?.feed,
            monitor: monitor, sequence: blocks)
        loop.warmUp()
        hearing = AudioSide(capture: capture, loop: loop)
    }

    /// Why this process has too few descriptors for a daemon; nil where they will do. To be asked before there is anything else.
    public static var lackOfDescriptors: String? {
        let found = Realtime.raiseDescriptorLimit()
        guard found < Realtime.leastDescriptors else { return nil }
        return "limit of open files: expected at least \(Realtime.leastDescriptors), found \(found): raise it (ulimit -n, LimitNOFILE=)"
    }

    /// Where subscribers connect.
    public var addresses: [FeedAddress] { server.places.map(\.address) }

    /// Descriptors that no subscriber gets: the device is opened anew through them, and files are read.
    private static let reservedDescriptors = 64

    private static let blocksPerSecond = 10

    /// Nanoseconds for a thread to end; one that hangs is left behind. The capture has half a second of its own, and all of them
    /// together less than `BEARING_SIGNALS_PATIENCE`.
    private static let stopPatience = MonotonicTime.second / 4

    /// Runs until SIGTERM, SIGINT or the end of a file that does not repeat, then stops cleanly. SIGHUP reloads. Signals are
    /// those of `ProcessSignals`.
    ///
    /// Threads start from the last to the first, so that nothing is ever written that nobody reads, and stop in the
    /// opposite order. To be called once.
    /// - Throws: also why a file could not be played to its end.
    public func run(notify: String? = nil) throws(StartError) {
        let manager = ServiceManager(path: notify)
        // Asked to end before there was anything to end.
        guard !ProcessSignals.areEnding else { return }
        try start()
        log.notice("running", metadata: ["socket": "\(server.summary)"])
        manager?.tell("READY=1")
        watch(manager)
        manager?.tell("STOPPING=1")
        let failure = stream.status.state == .ended ? hearing.capture.failure : nil
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
        let patience = Self.stopPatience
        var hanging: [String] = []
        if hearing.stopAnalysis(patience: patience) == .abandoned { hanging.append("analysis") }
        if recorder?.stop(patience: 2 * patience) == .abandoned { hanging.append("recordings") }
        monitor?.stop(patience: patience)
        server.stop()
        if serverThread.stop(patience: patience) == .abandoned { hanging.append("server") }
        if !hanging.isEmpty { log.error("left behind, as it hangs: \(hanging.joined(separator: ", "))") }
    }
}
