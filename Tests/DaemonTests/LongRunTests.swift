import Audio
import Foundation
import TestSupport
import Testing
import Tracking

@testable import Daemon
@testable import TrackFeed

/// The whole path of a daemon that has run for this many hours.
@Suite(.serialized, .timeLimit(.hang))
struct LongRunTests {
    @Test(arguments: [1, 10, 107, 87_600]) func countersContinue(_ hours: Int) throws {
        let file = try TestDaemon.recording(seconds: 0.5)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let seconds = hours * 3600
        let (frames, blocks) = (seconds * 24_000, seconds * 10)
        var options = Daemon.Options(addresses: [.path(TestDaemon.socketPath())])
        options.past = seconds
        let daemon = try Daemon(
            capture: FileCapture(path: file, loops: true, past: frames, stream: CaptureStream(past: frames)),
            pipeline: TestDaemon.pipeline(tellsAlways: true), hello: TestDaemon.hello(), options: options, log: TestDaemon.log)
        try daemon.start()
        let subscriber = try Subscription(daemon.addresses[0].description)
        let now = Date().timeIntervalSince1970
        var lines = try subscriber.read(blocks: 12)
        daemon.stop()
        lines += try subscriber.readAll()
        let tracks = lines.filter { $0["type"] as? String == "tracks" }
        let numbers = tracks.compactMap { $0["seq"] as? Int }
        #expect(try #require(numbers.first) >= blocks && zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 })
        let times = tracks.compactMap { $0["time"] as? Double }
        #expect(zip(times, times.dropFirst()).allSatisfy { abs($1 - $0 - 0.1) < 0.002 }, "\(times)")
        #expect(abs(try #require(times.first) - now) < 60)
        let ids = tracks.flatMap { ($0["tracks"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int } }
        #expect(!ids.isEmpty && ids.allSatisfy { $0 > blocks })
        let status = try #require(lines.last { $0["type"] as? String == "status" })
        #expect(try #require(status["frames"] as? Int) > frames + 24_000)
        #expect(try #require(status["blocks"] as? Int) >= blocks + 12)
        #expect(try #require(status["uptime"] as? Double) >= Double(seconds))
        #expect(status["dropped_blocks"] as? Int == 0)
        for key in ["latency_ms", "compute_ms"] {
            let figures = try #require(status[key] as? [String: [String: Double]])
            #expect(try #require(figures["total"]?["count"]) >= Double(blocks + 12), "\(key)")
            #expect((0.001...60_000).contains(try #require(figures["minute"]?["p50"])), "\(key)")
            #expect(try #require(figures["total"]?["max"]) > 0)
        }
    }

    /// A file that fails during playback ends the daemon with its error; one that ends normally does not.
    @Test(arguments: [false, true]) func theErrorOfTheSourceIsThrown(_ breaks: Bool) throws {
        let file = try TestDaemon.recording(seconds: 0.5)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let daemon = try Daemon(
            capture: FileCapture(path: file, loops: breaks, stream: CaptureStream()), pipeline: TestDaemon.pipeline(),
            hello: TestDaemon.hello(), options: .init(addresses: [.path(TestDaemon.socketPath())]), log: TestDaemon.log)
        if breaks {
            Thread {
                usleep(200_000)
                unsafe truncate(file, 4000)
            }.start()
            let error = #expect(throws: Daemon.StartError.self) { try daemon.run() }
            #expect(error?.description.contains("cut off") == true, "\(String(describing: error))")
        } else {
            try daemon.run()
        }
    }
}
