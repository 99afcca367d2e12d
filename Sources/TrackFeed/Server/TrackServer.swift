import CRealtime
import Glibc
import Platform
import Synchronization

/// Serves the track feed on stream sockets: one poll loop, any number of listeners and subscribers.
///
/// Each line is encoded once; a subscriber is a position in the log of the latest lines. A subscriber that stalls, disconnects,
/// sends data, or is one of hundreds affects neither other subscribers nor the threads of capture and analysis.
public final class TrackServer: @unchecked Sendable {
    let listeners: [Listener]
    private var hello: FeedHello
    /// A greeting that the loop has not taken over yet.
    private let announced = Mutex<FeedHello?>(nil)
    private let mailbox: Mailbox
    private let limits: FeedLimits
    private let timings: FeedTimings
    private let status: @Sendable () -> FeedStatus
    private let stopping = Atomic<Bool>(false)
    let connected = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    let renewed = Atomic<Int>(0)
    let cutOff = Atomic<Bool>(false)
    private let passCount = Atomic<Int>(0)
    /// Maximum of connections accepted per pass of the loop, so that many new clients do not delay lines.
    private static let acceptsPerPass = 64
    /// Share of the status period by which a status line may be late, to be sent with a block; it may be early by half of that.
    private static let statusSlack = 0.11
    /// Maximum of blocks sent per pass: fewer than a queue holds, so that no subscriber loses a line that was never sent.
    private let blocksPerPass: Int

    // Used by the loop's thread only.
    private(set) var message = TrackMessage()
    private var poll = Poll()
    private var events: [Poll.Event] = []
    private var log: LineLog
    private var subscribers: [Int32: Subscriber] = [:]
    private var admission: SubscriberQuotas
    /// The lines for refused clients, and the time of their next encoding in monotonic seconds.
    private var refusal: (line: [UInt8], due: Double) = ([], 0)
    private var lastStatus: FeedStatus?
    private var audience = FeedAudience()
    private var pausedListeners: [Listener] = []
    /// End times of the blocks that this pass has sent, in nanoseconds of the monotonic clock.
    private var ends: [Int64] = []

    /// Binds the sockets and listens; subscribers are served once `run` is called.
    /// - Parameters:
    ///   - passed: sockets from systemd; they replace every path and abstract name of `addresses`.
    ///   - access: access to the socket files created here.
    ///   - timings: records the latency of every block; its summary is part of status lines.
    ///   - past: lines that count as already sent.
    ///   - status: called on the loop's thread: once a second, for every new subscriber, and whenever the mailbox wakes the loop.
    public init(
        addresses: [FeedAddress], passed: PassedSockets = .none, access: FeedAccess = .init(), hello: FeedHello,
        mailbox: Mailbox, limits: FeedLimits = .init(), timings: FeedTimings = .init(), past: Int = 0,
        status: @escaping @Sendable () -> FeedStatus
    ) throws(FeedError) {
        self.mailbox = mailbox
        self.limits = limits
        self.timings = timings
        self.status = status
        self.hello = hello
        log = LineLog(capacity: limits.queuedLines, past: past)
        blocksPerPass = min(8, limits.queuedLines)
        admission = SubscriberQuotas(limit: limits.subscribers, reserve: limits.reserved)
        listeners = try Listener.open(addresses, passed, access)
        for listener in listeners { poll.add(listener.descriptor, for: .input) }
        poll.add(mailbox.wakeDescriptor, for: .input)
    }

    /// Number of wake-ups of the loop. It increases at least with every status line, so a hanging loop is visible.
    public var passes: Int { passCount.load(ordering: .relaxed) }

    /// Replaces the greeting; connected subscribers receive it too if it differs. Callable from any thread.
    public func announce(_ hello: FeedHello) {
        announced.withLock { $0 = hello }
        mailbox.wake()
    }

    /// Serves until `stop`; then sends pending data as far as the sockets accept it, closes all connections and removes the
    /// socket files. Called once.
    public func run() {
        let slack = min(1, limits.statusSeconds) * Self.statusSlack
        var statusDue = MonotonicTime.seconds - slack
        while !stopping.load(ordering: .acquiring) {
            // A status line is sent together with a block if there are blocks: it may be slightly early or late for that.
            let timeout = max(0, Int32(((statusDue + slack - MonotonicTime.seconds) * 1000).rounded(.up)))
            poll.wait(milliseconds: timeout, into: &events)
            passCount.add(1, ordering: .relaxed)
            for event in events { handle(event) }
            if relay() { greetAgain() }
            let due = MonotonicTime.seconds >= statusDue - slack / 2
            let current = status()
            if due || lastStatus.map(current.differs) ?? true {
                broadcast(current)
                statusDue = MonotonicTime.seconds + limits.statusSeconds
            }
            if due { sweep() }
        }
        while !relay() {}
        broadcast(status())
        for descriptor in Array(subscribers.keys) { drop(descriptor) }
        for listener in listeners { listener.close() }
    }

    /// Ends `run`; callable from any thread.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        mailbox.wake()
    }

    // MARK: - The loop's steps

    /// Events of listeners precede those of subscribers, so that a descriptor freed by a drop is not reused among them.
    private func handle(_ event: Poll.Event) {
        let descriptor = event.descriptor
        if descriptor == mailbox.wakeDescriptor {
            mailbox.clearWake()
        } else if let listener = listeners.first(where: { $0.descriptor == descriptor }) {
            accept(from: listener)
            // The socket was shut down by a process that shares it: accepting would find no client, and polling would spin the
            // loop.
            if event.isHangup { pause(listener) }
        } else if event.isHangup {
            drop(descriptor)
        } else {
            serve(descriptor)
        }
    }

    /// Sends the blocks that the analysis thread posted, up to a limit, so that a late feed still accepts clients and sends
    /// several lines at once.
    /// - Returns: whether all blocks were sent.
    private func relay() -> Bool {
        var taken = 0
        while taken < blocksPerPass, let block = mailbox.take() {
            message.encode(block)
            log.append(message.bytes)
            taken += 1
            if let ended = block.ended { ends.append(ended) }
        }
        if taken > 0 {
            serveAll()
            let now = bearing_monotonic_nanoseconds()
            for ended in ends { timings.latency.record(now - ended, at: now) }
            ends.removeAll(keepingCapacity: true)
        }
        guard taken == blocksPerPass else { return true }
        mailbox.wake()
        return false
    }

    private func greetAgain() {
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
            current, of: hello, to: audience, timings, time: WallTime.seconds, now: bearing_monotonic_nanoseconds())
        return message.bytes
    }

    /// The first lines for a subscriber: hello and, so that clients need not wait, status.
    private func greeting() -> [UInt8] {
        message.encode(hello)
        return message.bytes + line(of: status())
    }

    private func broadcast(_ line: [UInt8]) {
        log.append(line)
        serveAll()
    }

    private func serveAll() { for descriptor in Array(subscribers.keys) { serve(descriptor) } }

    private func serve(_ descriptor: Int32) {
        guard var subscriber = subscribers[descriptor] else { return }
        let missed = subscriber.dropped
        defer { audience.droppedLines += subscriber.dropped - missed }
        switch subscriber.send(log, now: MonotonicTime.seconds) {
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

    /// Once a second: disconnects subscribers that do not read, discards their input, resumes accepting.
    private func sweep() {
        let now = MonotonicTime.seconds
        for (descriptor, subscriber) in subscribers {
            if now - subscriber.lastProgress > limits.stallSeconds {
                audience.stalled += 1
                subscriber.giveUp()
                drop(descriptor)
            } else {
                subscriber.discardInput()
            }
        }
        for listener in pausedListeners { poll.change(listener.descriptor, to: .input) }
        pausedListeners.removeAll()
        renewFiles()
    }

    /// Creates socket files again that were removed.
    private func renewFiles() {
        var isCutOff = false
        for listener in listeners {
            switch listener.renew() {
            case .none: break
            case .done: renewed.add(1, ordering: .relaxed)
            case .failed: isCutOff = true
            }
        }
        cutOff.store(isCutOff, ordering: .relaxed)
    }

    /// Sends hello, status and the refusal to a client beyond the limits; a client that only asks for the status needs no more.
    private func refuse(_ descriptor: Int32) {
        refused.add(1, ordering: .relaxed)
        let now = MonotonicTime.seconds
        if now >= refusal.due {
            var line = greeting()
            message.encodeRefusal(places: limits.subscribers)
            line += message.bytes
            refusal = (line, now + limits.statusSeconds)
        }
        _ = unsafe refusal.line.withUnsafeBytes {
            unsafe send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
        close(descriptor)
    }

    private func accept(from listener: Listener) {
        for _ in 0..<Self.acceptsPerPass {
            let descriptor = listener.accept(limits: limits)
            guard descriptor >= 0 else {
                switch errno {
                case EINTR, ECONNABORTED, EPROTO, EPERM: continue
                case EAGAIN: return
                default:
                    // No descriptor or memory is left: without a pause the waiting connection would spin the loop.
                    return pause(listener)
                }
            }
            let peer = Peer(of: descriptor)
            guard admission.admit(peer) else {
                refuse(descriptor)
                continue
            }
            poll.add(descriptor, for: .hangupOnly)
            audience.served += 1
            audience.connected += 1
            subscribers[descriptor] = Subscriber(
                descriptor: descriptor, peer: peer, greeting: greeting(), next: log.end, now: MonotonicTime.seconds)
            connected.store(subscribers.count, ordering: .relaxed)
            serve(descriptor)
        }
    }

    /// Stops accepting until the next sweep.
    private func pause(_ listener: Listener) {
        poll.change(listener.descriptor, to: .nothing)
        pausedListeners.append(listener)
    }

    private func drop(_ descriptor: Int32) {
        guard let subscriber = subscribers.removeValue(forKey: descriptor) else { return }
        admission.leave(subscriber.peer)
        poll.remove(descriptor)
        close(descriptor)
        audience.connected -= 1
        connected.store(subscribers.count, ordering: .relaxed)
    }
}
