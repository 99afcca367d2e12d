import Foundation
import Geometry
import TestSupport
import Testing
import Tracking

@testable import TrackFeed

@Suite(.timeLimit(.hang))
struct TrackFeedTests {
    @Test func aSubscriberReadsHelloThenStatusThenTracks() throws {
        let feed = try FakeFeed()
        let reader = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        feed.post(0)
        feed.post(1)
        feed.end()
        let hello = try #require(try reader.object())
        #expect(hello["type"] as? String == "hello")
        #expect(hello["protocol"] as? Int == 1)
        #expect(hello["name"] as? String == "bearing \"test\"")
        #expect(hello["max_tracks"] as? Int == 2)
        #expect(hello["period_ms"] as? Int == 100)
        #expect(hello["latency_ms"] as? Double == 100)
        #expect(hello["axes"] as? String == "x front, y left, z up")
        #expect(hello["elevation"] as? String == "signed")
        let lines = try reader.rest("tracks")
        #expect(lines.compactMap { $0["seq"] as? Int } == [0, 1])
        #expect(abs((lines[0]["time"] as! Double) - 1_700_000_000.1234) < 1e-4)
        let track = try #require((lines[0]["tracks"] as? [[String: Any]])?.first)
        #expect(track["id"] as? Int == 7)
        #expect(track["azimuth"] as? Double == -31.2)
        #expect(track["elevation"] as? Double == 4)
        #expect(track["activity"] as? Double == 0.93)
        #expect(track["age"] as? Double == 1.4)
        #expect(track["level_dbfs"] as? Double == -28.1)
        let x = try #require(track["x"] as? Double)
        #expect(abs(x - cos(31.2 * .pi / 180) * cos(4 * .pi / 180)) < 1e-4)
    }

    @Test func aStalledSubscriberLosesItsOldestLinesAndOthersLoseNone() throws {
        var limits = FakeFeed.quiet
        limits.sendBuffer = 4096
        let feed = try FakeFeed(limits: limits)
        let (stalled, healthy) = (try #require(Reader(feed.path)), try #require(Reader(feed.path)))
        feed.awaitSubscribers(2)
        let count = 1000
        _ = healthy.line()
        for sequence in 0..<count {
            feed.post(sequence)
            var seen: Int?
            while seen == nil { seen = try healthy.object()?["seq"] as? Int }
            #expect(seen == sequence)
        }
        // The lines that the stalled subscriber gets: those in its socket, a gap, and the 100 latest.
        var read: [Int] = []
        while read.last != count - 1 {
            let line = try #require(try stalled.object())
            if let sequence = line["seq"] as? Int { read.append(sequence) }
        }
        let gaps = zip(read, read.dropFirst()).filter { $1 != $0 + 1 }
        #expect(read.first == 0)
        #expect(gaps.count == 1)
        #expect(gaps.first?.1 == count - 100)
        feed.end()
    }

    @Test func aSubscriberThatNeverReadsIsDisconnected() throws {
        var limits = FeedLimits()
        limits.statusSeconds = 0.01
        limits.stallSeconds = 0.05
        limits.sendBuffer = 4096
        let feed = try FakeFeed(limits: limits)
        let stalled = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        feed.awaitSubscribers(0)
        feed.end()
        _ = stalled
    }

    @Test func vanishingAndSendingSubscribersHaveNoEffect() throws {
        let feed = try FakeFeed()
        let healthy = try #require(Reader(feed.path))
        for round in 0..<20 {
            let talker = try #require(Reader(feed.path))
            feed.awaitSubscribers(2)
            var noise = [UInt8](repeating: 0x7B, count: 5000)
            _ = unsafe write(talker.descriptor, &noise, noise.count)
            // Half closed, as `nc -U` does at the end of its input: it still gets lines.
            shutdown(talker.descriptor, Int32(SHUT_WR))
            feed.post(round)
            #expect(try talker.object()?["type"] as? String == "hello")
            _ = consume talker
            feed.awaitSubscribers(1)
        }
        feed.end()
        #expect(try healthy.rest("tracks").count == 20)
    }

    @Test func statusLinesComeOnEveryChangeAndPeriodically() throws {
        let state = StateBox()
        let feed = try FakeFeed(status: { FeedStatus(state: state.value, levels: [-20.04, -.infinity]) })
        let reader = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        for next in ["lost", "running"] {
            state.value = next
            feed.mailbox.wake()
            var line: [String: Any]?
            repeat {
                line = try reader.object()
            } while line?["type"] as? String != "status"
                || line?["state"] as? String != next
            #expect((line?["level_dbfs"] as? [Any])?.first as? Double == -20)
            #expect((line?["level_dbfs"] as? [Any])?.last is NSNull)
        }
        feed.end()
        var limits = FeedLimits()
        limits.statusSeconds = 0.01
        let periodic = try FakeFeed(limits: limits)
        let patient = try #require(Reader(periodic.path))
        for _ in 0..<5 { _ = patient.line() }
        periodic.end()
    }

    @Test func aStaleSocketIsReplacedAndALiveOneRefused() throws {
        let path = FakeFeed.freshPath()
        let address = try SocketAddress(path: path)
        // A killed daemon leaves a bound file.
        let orphan = address.makeSocket()
        let bound = unsafe address.call { unsafe bind(orphan, $0, $1) }
        #expect(bound == 0)
        close(orphan)
        let feed = try FakeFeed(path: path)
        #expect(throws: FeedError.inUse(.path(path))) { try FakeFeed(path: path) }
        feed.end()
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func anUnusableAddressIsReported() throws {
        let long = "/tmp/" + String(repeating: "a", count: 103)
        #expect(throws: FeedError.pathTooLong(path: long, bytes: 108, limit: 107)) { try FakeFeed(path: long) }
        #expect(throws: FeedError.emptyPath) { try FakeFeed(path: "") }
        #expect(throws: FeedError.system(.path("/nowhere/b.sock"), call: "bind", code: ENOENT)) {
            try FakeFeed(path: "/nowhere/b.sock")
        }
        // /proc accepts no new files, not even from root.
        let error = #expect(throws: FeedError.self) { try FakeFeed(path: "/proc/b.sock") }
        #expect(error?.description.contains("/proc/b.sock cannot be served: bind: ") == true)
        let file = FakeFeed.freshPath()
        try Data().write(to: URL(fileURLWithPath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(throws: FeedError.notASocket(path: file)) { try FakeFeed(path: file) }
    }

    @Test func aFullMailboxDropsTheNewestAndCounts() {
        let mailbox = Mailbox(capacity: 4)
        for sequence in 0..<6 { mailbox.post(FeedBlock(sequence: sequence, time: 0, tracks: .init())) }
        var taken: [Int] = []
        while let block = mailbox.take() { taken.append(block.sequence) }
        #expect(taken == [0, 1, 2, 3])
        #expect(mailbox.dropped == 2)
    }
}

/// A value that the server's thread reads while the test changes it.
final class StateBox: @unchecked Sendable {
    private let lock = NSLock()
    private var text = "running"
    var value: String {
        get { lock.withLock { text } }
        set { lock.withLock { text = newValue } }
    }
}
