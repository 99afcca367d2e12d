import Foundation
import Geometry
import TestSupport
import Testing
import Tracking

@testable import TrackFeed

/// A feed without a daemon: its server runs on its own thread until `end`.
final class FakeFeed {
    /// Where it listens, of as many addresses as it was given the first.
    let address: FeedAddress
    let mailbox = Mailbox()
    let server: TrackServer
    private let ended = DispatchSemaphore(value: 0)

    /// Status lines come so rarely by default that a test counts only the lines it posts.
    convenience init(
        path: String = FakeFeed.freshPath(), limits: FeedLimits = FakeFeed.quiet, timings: FeedTimings = .init(),
        status: @escaping @Sendable () -> FeedStatus = { FeedStatus(state: "running") }
    ) throws {
        try self.init([.path(path)], limits: limits, timings: timings, status: status)
    }

    init(
        _ addresses: [FeedAddress], passed: PassedSockets = .none, access: FeedAccess = .init(),
        limits: FeedLimits = FakeFeed.quiet, timings: FeedTimings = .init(),
        status: @escaping @Sendable () -> FeedStatus = { FeedStatus(state: "running") }
    ) throws {
        let hello = FeedHello(
            name: "bearing \"test\"", format: "foa", source: "demo", model: "models/foa.safetensors",
            maximumTracks: 2, latencyMilliseconds: 100)
        server = try TrackServer(
            addresses: addresses, passed: passed, access: access, hello: hello, mailbox: mailbox, limits: limits,
            timings: timings, status: status)
        address = server.places[0].address
        let (server, ended) = (server, ended)
        Thread {
            server.run()
            ended.signal()
        }.start()
    }

    /// Its socket file.
    var path: String { address.description }

    static var quiet: FeedLimits {
        var limits = FeedLimits()
        limits.statusSeconds = 3600
        return limits
    }

    static func freshPath() -> String { temporaryPath(".sock") }
    static func freshName() -> FeedAddress { .abstract("bearing-test-\(UUID().uuidString.prefix(8))") }

    /// Waits until the server has accepted this many subscribers, so that none misses the next line.
    func awaitSubscribers(_ count: Int) {
        while server.subscriberCount != count { usleep(1000) }
    }

    func post(_ sequence: Int) {
        var tracks = BlockTracks(block: sequence)
        tracks.append(
            Track(id: 7, direction: Direction(azimuth: -31.2, elevation: 4), activity: 0.93, age: 14, level: -28.1))
        while !mailbox.post(FeedBlock(sequence: sequence, time: 1_700_000_000.1234, tracks: tracks)) { usleep(1000) }
    }

    func end() {
        server.stop()
        ended.wait()
    }
}

/// A subscriber that reads lines as slowly as it likes.
final class Reader {
    let descriptor: Int32
    private var pending: [UInt8] = []

    convenience init?(_ path: String) { self.init(.path(path)) }

    init?(_ address: FeedAddress) {
        guard let descriptor = try? address.connect() else { return nil }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The next line without its newline; nil after the connection has ended.
    func line() -> String? {
        while true {
            if let newline = pending.firstIndex(of: 10) {
                defer { pending.removeFirst(newline + 1) }
                return String(decoding: pending[..<newline], as: UTF8.self)
            }
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = unsafe read(descriptor, &piece, piece.count)
            guard count > 0 else { return nil }
            pending += piece[..<count]
        }
    }

    func object() throws -> [String: Any]? {
        guard let line = line() else { return nil }
        return try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }

    /// All lines of a type, until the connection ends.
    func rest(_ type: String) throws -> [[String: Any]] {
        var found: [[String: Any]] = []
        while let object = try object() { if object["type"] as? String == type { found.append(object) } }
        return found
    }
}
