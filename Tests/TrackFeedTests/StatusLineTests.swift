import CRealtime
import Foundation
import TestSupport
import Testing
import Tracking

@testable import TrackFeed

/// The server's and subscribers' counts in status lines.
@Suite(.timeLimit(.hang))
struct StatusLineTests {
    private func status(_ line: [String: Any]?) -> [String: Any]? { line?["type"] as? String == "status" ? line : nil }

    /// The second line of a connection is the status, without waiting for the next second.
    @Test func theSecondLineIsAStatus() throws {
        let feed = try FakeFeed(status: { FeedStatus(state: "running", blocks: 42) })
        // The loop's first status is out before anyone is there; the next comes in an hour.
        let early = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        for connected in 2...4 {
            let reader = try #require(Reader(feed.path))
            #expect(try reader.object()?["type"] as? String == "hello")
            let line = try #require(status(try reader.object()))
            #expect(line["blocks"] as? Int == 42 && line["state"] as? String == "running")
            #expect(line["subscribers"] as? Int == 2 && line["subscribers_served"] as? Int == connected)
            _ = consume reader
            feed.awaitSubscribers(1)
        }
        feed.end()
        _ = early
    }

    @Test func theStatusLineHasEveryField() throws {
        var told = FeedStatus(
            state: "lost", error: "a \"fault\"\n", events: [.init("overruns", 3), .init("suspends", 1), .init("stalls", 0)],
            frames: 9_000_000_000, droppedFrames: 4799, lostBlocks: 2, blocks: 17, load: 0.25, levels: [-20, -30, -40, -200],
            uptime: 12.34)
        (told.networkResets, told.warnings) = (7, ["a \"warning\"", "another"])
        let whole = told
        let feed = try FakeFeed(status: { whole })
        let reader = try #require(Reader(feed.path))
        let hello = try #require(try reader.object())
        #expect(hello["model"] as? String == "models/foa.safetensors")
        let line = try #require(status(try reader.object()))
        feed.end()
        #expect(line["error"] as? String == "a \"fault\"\n")
        #expect(line["source"] as? String == "demo" && line["format"] as? String == "foa")
        #expect(line["model"] as? String == "models/foa.safetensors")
        #expect(line["frames"] as? Int == 9_000_000_000)
        #expect(line["events"] as? [String: Int] == ["overruns": 3, "suspends": 1, "stalls": 0])
        #expect(line["dropped"] as? [String: Int] == ["frames": 4799, "blocks": 2, "lines": 0])
        // Fields since protocol 1: overruns, and blocks lost before or after the analysis.
        #expect(line["overruns"] as? Int == 3 && line["dropped_blocks"] as? Int == 3)
        #expect(line["uptime"] as? Double == 12.3)
        #expect(line["network_resets"] as? Int == 7 && line["warnings"] as? [String] == ["a \"warning\"", "another"])
        let nothing = try #require(line["latency_ms"] as? [String: [String: Double]])
        #expect(nothing["total"] == ["count": 0, "sum": 0, "p50": 0, "p90": 0, "p99": 0, "p999": 0, "max": 0])
        #expect(Set(nothing.keys) == ["minute", "total"])
        #expect(line["compute_ms"] is [String: Any])
    }

    @Test func withoutAFaultTheErrorIsNull() throws {
        let feed = try FakeFeed()
        let reader = try #require(Reader(feed.path))
        _ = reader.line()
        let line = try #require(status(try reader.object()))
        feed.end()
        #expect(line["error"] is NSNull && (line["events"] as? [String: Int])?.isEmpty == true)
    }

    /// From a block's end to its line in the sockets: for each block that has one.
    @Test func latencyIsCountedWhenALineIsWritten() throws {
        let timings = FeedTimings()
        let feed = try FakeFeed(timings: timings)
        let reader = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        let late: Int64 = 250_000_000
        for sequence in 0..<10 {
            let ended = sequence < 8 ? bearing_monotonic_nanoseconds() - late : nil
            feed.mailbox.post(FeedBlock(sequence: sequence, time: 0, ended: ended, tracks: .init()))
            var line: [String: Any]?
            repeat { line = try reader.object() } while line?["seq"] as? Int != sequence
        }
        feed.end()
        let summary = timings.latency.sinceStart()
        #expect(summary.count == 8)
        #expect(summary.p50 >= late && summary.longest < late + 30_000_000_000)
        #expect(summary.sum >= 8 * late)
        // The line at the end reports it.
        let line = try #require(try reader.rest("status").last)
        let latency = try #require(line["latency_ms"] as? [String: [String: Double]])
        #expect(latency["minute"]?["count"] == 8 && (latency["total"]?["p50"] ?? 0) >= 250)
    }

    @Test func everyCountIsInTheStatusLine() throws {
        var limits = FeedLimits()
        limits.statusSeconds = 0.01
        limits.stallSeconds = 0.05
        limits.sendBuffer = 4096
        let feed = try FakeFeed(limits: limits)
        let stalled = try #require(Reader(feed.path))
        feed.awaitSubscribers(1)
        feed.awaitSubscribers(0)
        let reader = try #require(Reader(feed.path))
        _ = reader.line()
        let line = try #require(status(try reader.object()))
        feed.end()
        #expect(line["subscribers"] as? Int == 1 && line["subscribers_served"] as? Int == 2)
        #expect(line["subscribers_stalled"] as? Int == 1)
        _ = stalled
    }

    @Test func droppedLinesAreCounted() throws {
        var limits = FakeFeed.quiet
        limits.sendBuffer = 4096
        limits.queuedLines = 20
        let feed = try FakeFeed(limits: limits)
        let (slow, healthy) = (try #require(Reader(feed.path)), try #require(Reader(feed.path)))
        feed.awaitSubscribers(2)
        let count = 500
        for sequence in 0..<count {
            feed.post(sequence)
            var seen: Int?
            while seen != sequence { seen = try healthy.object()?["seq"] as? Int }
        }
        var read: [Int] = []
        while read.last != count - 1 {
            if let sequence = try #require(try slow.object())["seq"] as? Int { read.append(sequence) }
        }
        feed.end()
        let line = try #require(try slow.rest("status").last)
        #expect(read.count < count)
        #expect((line["dropped"] as? [String: Int])?["lines"] == count - read.count)
    }
}
