import Geometry
import Glibc
import Synchronization
import TrackFeed
import Tracking

/// A server that lives as long as the fuzzer, misbehaving subscribers, and one that reads all: it must miss nothing.
final class SubscriberTarget: @unchecked Sendable {
    static let shared = SubscriberTarget()

    private let path: String
    private let mailbox = Mailbox()
    private let server: TrackServer
    private var thread = pthread_t()
    private let healthy: Int32
    private var pending: [UInt8] = []
    private var posted = 0
    private var seen = 0
    private var runs = 0
    /// There is one server and one who reads all, so runs come one after another; tests ask for them from several threads.
    private let turn = Mutex(())

    private init() {
        path = "/tmp/bearing-fuzz-\(getpid()).sock"
        var limits = FeedLimits()
        // Often, since input is discarded in sweeps.
        limits.statusSeconds = 0.05
        let hello = FeedHello(name: "fuzz", format: "foa", source: "demo", maximumTracks: 2, latencyMilliseconds: 100)
        do throws(FeedError) {
            server = try TrackServer(addresses: [.path(path)], hello: hello, mailbox: mailbox, limits: limits) {
                FeedStatus(state: "running")
            }
        } catch {
            fatalError(error.description)
        }
        healthy = Self.connect(path)
        let box = unsafe Unmanaged.passRetained(server).toOpaque()
        unsafe pthread_create(
            &thread, nil,
            { box in
                unsafe Unmanaged<TrackServer>.fromOpaque(box!).takeRetainedValue().run()
                return nil
            }, box)
        while server.subscriberCount != 1 { usleep(100) }
    }

    /// Two bytes are an act: of which of four subscribers, which, and how much of it.
    func run(_ bytes: [UInt8]) { turn.withLock { _ in act(bytes) } }

    private func act(_ bytes: [UInt8]) {
        var subscribers = [Int32](repeating: -1, count: 4)
        var rest = bytes[...]
        while rest.count >= 2, let act = rest.popFirst(), let size = rest.popFirst() {
            let place = Int(act >> 3) % 4
            if subscribers[place] < 0 { subscribers[place] = Self.connect(path) }
            let subscriber = subscribers[place]
            switch act % 8 {
            case 0, 1:
                let words = Array(rest.prefix(Int(size)))
                rest = rest.dropFirst(words.count)
                unsafe send(subscriber, words, words.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            case 2:
                let flood = [UInt8](repeating: size, count: 64 * Int(size))
                unsafe send(subscriber, flood, flood.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            case 3:
                var room = [UInt8](repeating: 0, count: Int(size) + 1)
                unsafe recv(subscriber, &room, room.count, Int32(MSG_DONTWAIT))
            case 4: shutdown(subscriber, Int32(size % 3))
            case 5:
                // What waits unread makes the close a reset.
                close(subscriber)
                subscribers[place] = -1
            case 6: post()
            default: unsafe send(subscriber, [size], 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT) | Int32(MSG_OOB))
            }
        }
        for subscriber in subscribers where subscriber >= 0 { close(subscriber) }
        runs += 1
        post()
        while seen < posted { readLine() }
        if runs % 64 == 0 { while server.subscriberCount != 1 { sched_yield() } }
    }

    private func post() {
        var tracks = BlockTracks(block: posted)
        tracks.append(Track(id: 7, direction: Direction(azimuth: 10, elevation: 4), activity: 0.9, age: 14))
        while !mailbox.post(FeedBlock(sequence: posted, time: 1_700_000_000, tracks: tracks)) { usleep(100) }
        posted += 1
        // The healthy subscriber keeps up: it lags by less than its queue.
        while posted - seen > 32 { readLine() }
    }

    private func readLine() {
        while true {
            if let end = pending.firstIndex(of: 10) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end + 1)
                guard line.hasPrefix("{\"type\":\"tracks\"") else { continue }
                precondition(line.hasPrefix("{\"type\":\"tracks\",\"seq\":\(seen),"), "expected block \(seen), found \(line)")
                seen += 1
                return
            }
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(healthy, &piece, piece.count, 0)
            // libFuzzer's clock interrupts calls.
            if count < 0, errno == EINTR { continue }
            precondition(count > 0, "the healthy subscriber was thrown out: \(count < 0 ? errno : 0)")
            pending += piece[..<count]
        }
    }

    private static func connect(_ path: String) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
        }
        var answer: Int32 = -1
        repeat {
            answer = unsafe withUnsafePointer(to: address) { typed in
                unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        } while answer != 0 && errno == EINTR
        precondition(descriptor >= 0 && answer == 0, "a server that takes no subscriber: \(errno)")
        return descriptor
    }
}
