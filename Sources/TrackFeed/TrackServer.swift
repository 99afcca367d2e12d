import CRealtime
import Glibc
import Synchronization

/// How much the feed bears from its subscribers.
public struct FeedLimits: Sendable, Hashable {
    /// Lines that wait for a slow subscriber; then its oldest are dropped.
    public var queuedLines = 100
    /// Seconds without reading after which a subscriber is disconnected.
    public var stallSeconds = 30.0
    /// Seconds from one status line to the next.
    public var statusSeconds = 1.0
    /// Bytes that the kernel keeps for each subscriber on top of the queue.
    public var sendBuffer = 16_384
    /// Permission bits of the socket file.
    public var mode: UInt32 = 0o660

    public init() {}
}

/// Serves the track feed on a UNIX stream socket: one poll loop, any number of subscribers.
///
/// Each line is encoded once; a subscriber is a place in the log of the latest lines. Nothing that a subscriber does
/// (stalling, vanishing, talking) is noticed by another or by the threads that listen and compute.
public final class TrackServer: @unchecked Sendable {
    public let path: String
    private let listener: FeedSocket
    private var hello: FeedHello
    /// A greeting that the loop has not yet taken over.
    private let announced = Mutex<FeedHello?>(nil)
    private let mailbox: Mailbox
    private let limits: FeedLimits
    private let timings: FeedTimings
    private let status: @Sendable () -> FeedStatus
    private let stopping = Atomic<Bool>(false)
    private let connected = Atomic<Int>(0)

    // What only the loop's thread touches.
    private var message = TrackMessage()
    private var poll = Poll()
    private var events: [Poll.Event] = []
    private var log: LineLog
    private var subscribers: [Int32: Subscriber] = [:]
    private var lastStatus: FeedStatus?
    private var audience = FeedAudience()
    private var acceptPaused = false

    /// Whether a server could be made at `path`, as far as can be told without making one; a path that another serves
    /// counts as good.
    public static func check(path: String) throws(FeedError) { try FeedSocket.check(path: path) }

    /// Binds the socket and listens; subscribers are served once `run` is called.
    /// - Parameters:
    ///   - timings: gets the latency of every block, and is told in status lines.
    ///   - status: asked on the loop's thread, once a second, for every new subscriber and whenever the mailbox wakes it.
    public init(
        path: String, hello: FeedHello, mailbox: Mailbox, limits: FeedLimits = .init(), timings: FeedTimings = .init(),
        status: @escaping @Sendable () -> FeedStatus
    ) throws(FeedError) {
        self.path = path
        self.mailbox = mailbox
        self.limits = limits
        self.timings = timings
        self.status = status
        self.hello = hello
        log = LineLog(capacity: limits.queuedLines)
        listener = try FeedSocket(path: path, mode: mode_t(limits.mode))
        poll.add(listener.descriptor, for: .input)
        poll.add(mailbox.wakeDescriptor, for: .input)
    }

    /// Greets with `hello` from now on; subscribers that are connected get it too, if it says anything new. From any thread.
    public func announce(_ hello: FeedHello) {
        announced.withLock { $0 = hello }
        mailbox.wake()
    }

    /// Subscribers that are connected now.
    public var subscriberCount: Int { connected.load(ordering: .relaxed) }

    /// Serves until `stop`; then sends what still waits as far as the sockets take it, closes all and removes the
    /// socket file. Called once.
    public func run() {
        var statusDue = Self.now()
        while !stopping.load(ordering: .acquiring) {
            let timeout = max(0, Int32(((statusDue - Self.now()) * 1000).rounded(.up)))
            poll.wait(milliseconds: timeout, into: &events)
            for event in events { handle(event) }
            relay()
            greetAnew()
            let due = Self.now() >= statusDue
            let current = status()
            if due || lastStatus.map(current.differs) ?? true {
                broadcast(current)
                statusDue = Self.now() + limits.statusSeconds
            }
            if due { sweep() }
        }
        relay()
        broadcast(status())
        for descriptor in Array(subscribers.keys) { drop(descriptor) }
        listener.withdraw()
    }

    /// Ends `run`; from any thread.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        mailbox.wake()
    }

    // MARK: - The loop's steps

    private func handle(_ event: Poll.Event) {
        switch event.descriptor {
        case mailbox.wakeDescriptor: mailbox.clearWake()
        case listener.descriptor: accept()
        case let descriptor where event.isHangup: drop(descriptor)
        case let descriptor: serve(descriptor)
        }
    }

    /// Everything that the analysis thread posted.
    private func relay() {
        while let block = mailbox.take() {
            message.encode(block)
            broadcast(message.bytes)
            guard let ended = block.ended else { continue }
            let now = bearing_monotonic_nanoseconds()
            timings.latency.record(now - ended, at: now)
        }
    }

    private func greetAnew() {
        guard let latest = announced.withLock({ $0.take() }) else { return }
        guard latest != hello else { return }
        hello = latest
        message.encode(latest)
        broadcast(message.bytes)
    }

    private func broadcast(_ current: FeedStatus) {
        lastStatus = current
        broadcast(line(of: current))
    }

    private func line(of current: FeedStatus) -> [UInt8] {
        message.encode(
            current, of: hello, to: audience, timings, time: Self.now(CLOCK_REALTIME), now: bearing_monotonic_nanoseconds())
        return message.bytes
    }

    /// What a subscriber reads first: who speaks and, so that nobody waits for an answer, how it fares.
    private func greeting() -> [UInt8] {
        message.encode(hello)
        return message.bytes + line(of: status())
    }

    private func broadcast(_ line: [UInt8]) {
        log.append(line)
        for descriptor in Array(subscribers.keys) { serve(descriptor) }
    }

    private func serve(_ descriptor: Int32) {
        guard var subscriber = subscribers[descriptor] else { return }
        let missed = subscriber.dropped
        defer { audience.droppedLines += subscriber.dropped - missed }
        switch subscriber.send(log, now: Self.now()) {
        case .all: awaitRoom(&subscriber, false)
        case .some: awaitRoom(&subscriber, true)
        case .gone: return drop(descriptor)
        }
        subscribers[descriptor] = subscriber
    }

    private func awaitRoom(_ subscriber: inout Subscriber, _ wanted: Bool) {
        guard subscriber.awaitsRoom != wanted else { return }
        subscriber.awaitsRoom = wanted
        poll.change(subscriber.descriptor, to: wanted ? .output : .hangupOnly)
    }

    /// Once a second: those who stopped reading go, what subscribers say is thrown away, accepting resumes.
    private func sweep() {
        let now = Self.now()
        for (descriptor, subscriber) in subscribers {
            if now - subscriber.lastProgress > limits.stallSeconds {
                audience.stalled += 1
                drop(descriptor)
            } else {
                subscriber.discardInput()
            }
        }
        if acceptPaused {
            acceptPaused = false
            poll.change(listener.descriptor, to: .input)
        }
    }

    private func accept() {
        while true {
            let descriptor = Glibc.accept(listener.descriptor, nil, nil)
            if descriptor < 0 {
                switch errno {
                case EINTR, ECONNABORTED: continue
                case EAGAIN: return
                default:
                    // No descriptor or memory left: without a pause the waiting connection would spin the loop.
                    acceptPaused = true
                    poll.change(listener.descriptor, to: .hangupOnly)
                    return
                }
            }
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            var size = Int32(limits.sendBuffer)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            poll.add(descriptor, for: .hangupOnly)
            audience.served += 1
            audience.connected += 1
            subscribers[descriptor] = Subscriber(
                descriptor: descriptor, greeting: greeting(), next: log.end, now: Self.now())
            connected.store(subscribers.count, ordering: .relaxed)
            serve(descriptor)
        }
    }

    private func drop(_ descriptor: Int32) {
        guard subscribers.removeValue(forKey: descriptor) != nil else { return }
        poll.remove(descriptor)
        close(descriptor)
        audience.connected -= 1
        connected.store(subscribers.count, ordering: .relaxed)
    }

    private static func now(_ clock: clockid_t = CLOCK_MONOTONIC) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
