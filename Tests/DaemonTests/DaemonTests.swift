import Audio
import Foundation
import Logging
import Pipeline
import TestSupport
import Testing
import TrackFeed
import Tracking

@testable import Daemon

@Suite(.serialized, .timeLimit(.hang))
struct DaemonTests {
    @Test func aFileGivesALineForEachBlockInOrderAndOnTime() throws {
        let file = try TestDaemon.recording(seconds: 1.5)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let capture = FileCapture(path: file, stream: CaptureStream())
        let daemon = try Daemon(
            capture: capture, pipeline: TestDaemon.pipeline(), hello: TestDaemon.hello(),
            options: .init(addresses: [.path(TestDaemon.socketPath())]), log: TestDaemon.log)
        let began = Date().timeIntervalSince1970
        let lines = Received()
        let path = daemon.addresses[0].description
        // Connected before the server's loop runs: such a subscriber misses nothing.
        let ready = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        Thread {
            ready.signal()
            lines.value = (try? Subscription(path).readAll()) ?? []
            done.signal()
        }.start()
        ready.wait()
        usleep(50_000)
        try daemon.run()
        done.wait()
        #expect(lines.value.first?["type"] as? String == "hello")
        let tracks = lines.value.filter { $0["type"] as? String == "tracks" }
        #expect(tracks.compactMap { $0["seq"] as? Int } == Array(0..<15))
        let times = tracks.compactMap { $0["time"] as? Double }
        #expect(zip(times, times.dropFirst()).allSatisfy { abs($1 - $0 - 0.1) < 0.002 })
        #expect(try #require(times.first) - began < 5)
        let status = try #require(lines.value.last { $0["type"] as? String == "status" })
        #expect(status["blocks"] as? Int == 15)
        #expect(status["dropped_blocks"] as? Int == 0)
        #expect(status["frames"] as? Int == 36_000)
        let events = try #require(status["events"] as? [String: Int])
        #expect(events.count == 13 && events.values.allSatisfy { $0 == 0 })
        #expect(status["error"] is NSNull && status["source"] as? String == "file")
        for key in ["latency_ms", "compute_ms"] {
            let times = try #require(status[key] as? [String: [String: Double]])
            // A time of the wrong clock would be years; all of a machine's business is not half a minute.
            #expect(times["total"]?["count"] == 15 && times["minute"]?["count"] == 15)
            #expect((0.01...30_000).contains(times["minute"]?["p50"] ?? 0), "\(key): \(times)")
        }
        let levels = try #require(status["level_dbfs"] as? [Double])
        // Uniform noise of amplitude 0.1 has a power of 0.01 / 3.
        #expect(levels.count == 4 && levels.allSatisfy { abs($0 + 24.8) < 0.5 })
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func helloReportsTheLatencyOfEachPart() throws {
        let file = try TestDaemon.recording(seconds: 0.5)
        defer { try? FileManager.default.removeItem(atPath: file) }
        var hello = TestDaemon.hello()
        let latency = FeedLatency(lookAhead: 200, resampler: 0, encoder: 1.5)
        (hello.latency, hello.latencyMilliseconds) = (latency, latency.sum)
        let daemon = try Daemon(
            capture: LateCapture(path: file, latency: 0.00625), pipeline: TestDaemon.pipeline(), hello: hello,
            options: .init(addresses: [.path(TestDaemon.socketPath())]), log: TestDaemon.log)
        let lines = Received()
        let path = daemon.addresses[0].description
        let (ready, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        Thread {
            ready.signal()
            lines.value = (try? Subscription(path).readAll()) ?? []
            done.signal()
        }.start()
        ready.wait()
        usleep(50_000)
        try daemon.run()
        done.wait()
        // A subscriber that connects before the source is open gets a new hello afterwards.
        let told = try #require(lines.value.last { $0["type"] as? String == "hello" })
        let parts = ["block_ms": 100, "look_ahead_ms": 200, "resampler_ms": 6.25, "encoder_ms": 1.5, "latency_ms": 307.8]
        for (key, value) in parts { #expect(told[key] as? Double == value, "\(key): \(told)") }
    }

    @Test func aMissingSourceEndsTheStart() throws {
        let daemon = try Daemon(
            capture: FileCapture(path: "/nowhere.wav", stream: CaptureStream()), pipeline: TestDaemon.pipeline(), hello: TestDaemon.hello(),
            options: .init(addresses: [.path(TestDaemon.socketPath())]),
            log: TestDaemon.log)
        let error = #expect(throws: Daemon.StartError.self) { try daemon.run() }
        #expect(error?.description.contains("/nowhere.wav") == true)
        #expect(!FileManager.default.fileExists(atPath: daemon.addresses[0].description))
    }
}

/// A file whose frames reach the ring late, as after a resampler.
private final class LateCapture: CaptureSource {
    private let file: FileCapture
    let latency: Double

    init(path: String, latency: Double) {
        file = FileCapture(path: path, stream: CaptureStream())
        self.latency = latency
    }

    var stream: CaptureStream { file.stream }
    func start() throws(AudioError) { try file.start() }
    func resume() { file.resume() }
    func stop() { file.stop() }
}

/// What another thread leaves for the test; read once that thread has ended.
private final class Received: @unchecked Sendable {
    var value: [[String: Any]] = []
}
