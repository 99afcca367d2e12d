import Glibc
package import Logging
import Platform
package import TrackFeed

/// A peer that reads messages of ODAS: a thread that connects to it, sends at ODAS' pace, and connects again for as long as it runs.
///
/// A peer that reads too slowly loses whole messages, and one that reads nothing for ten seconds is disconnected. What it sends is
/// discarded.
package final class OdasSink: Sendable {
    package enum Kind: String, Sendable { case tracked, potential }

    private let kind: Kind
    private let peer: FeedAddress
    private let log: Logger
    private let queue = BlockQueue()
    private let thread: NamedThread

    /// Seconds.
    private static let pauses = (shortest: 0.2, longest: 2.0)
    private static let connectTimeout = 2.0
    private static let stallSeconds = 10.0

    package init(_ kind: Kind, peer: FeedAddress, log: Logger) {
        self.kind = kind
        self.peer = peer
        self.log = log
        thread = NamedThread(name: "bearing-\(kind.rawValue)")
    }

    package func push(_ block: BlockQueue.Block) { queue.push(block) }

    package func start() { thread.start { [self] in run() } }

    package func stop() { thread.stop(patience: MonotonicTime.second / 2) }

    private var place: String { "\(kind.rawValue) sources, \(peer.description.dropFirst("tcp:".count))" }

    private func run() {
        var pause = Self.pauses.shortest
        var isBrief = false
        var news: String?
        func report(_ line: String) {
            if news != line { log.warning("\(line)") }
            news = line
        }
        while !thread.isStopping {
            do throws(FeedError) {
                let descriptor = try peer.connect(timeout: Self.connectTimeout)
                defer { close(descriptor) }
                let began = MonotonicTime.seconds
                // A peer that hangs up again and again is news once.
                if !isBrief {
                    log.notice("connected to the peer for \(place)")
                    news = nil
                }
                let end = stream(to: descriptor)
                guard !thread.isStopping else { return }
                isBrief = MonotonicTime.seconds - began < Self.pauses.longest
                if !isBrief { (news, pause) = (nil, Self.pauses.shortest) }
                report("lost the peer for \(place): \(end); trying again")
            } catch {
                isBrief = false
                let reason = error.code.map { unsafe String(cString: strerror($0)) } ?? "\(error)"
                report("expected a program that reads \(place), found none (\(reason)): trying again")
            }
            _ = thread.stopEvent.wait(until: MonotonicTime.now + Int64(pause * Double(MonotonicTime.second)))
            pause = min(2 * pause, Self.pauses.longest)
        }
    }

    /// Sends blocks until the connection ends.
    /// - Returns: why it ended.
    private func stream(to descriptor: Int32) -> String {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = queue.takeAll()
        var outlet = OdasOutlet(descriptor)
        var pace = OdasPace()
        var slots = TrackSlots(OdasMessage.sources)
        var tracks: [FeedLine.Track?] = []
        func send(until now: Int64?) {
            while let due = pace.due, now.map({ due <= $0 }) ?? true, let number = pace.next() {
                switch kind {
                case .tracked: outlet.offer(OdasMessage.tracked(tracks, timeStamp: number))
                case .potential: outlet.offer(OdasMessage.potential(tracks, timeStamp: number))
                }
            }
        }
        while !thread.isStopping {
            for block in queue.takeAll() {
                // What is left of the block before: the next one came early.
                send(until: nil)
                tracks = slots.place(block.tracks).tracks
                pace.begin(block.number, at: MonotonicTime.now)
            }
            send(until: MonotonicTime.now)
            if let end = outlet.problem { return end }
            if outlet.stalledSeconds > Self.stallSeconds { return "it has read nothing for \(Int(Self.stallSeconds)) s" }
            if let end = outlet.wait(until: pace.due, [thread.stopEvent, queue.news]) { return end }
        }
        return "stopped"
    }
}
