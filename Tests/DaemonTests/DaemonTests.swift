import Audio
import Features
import Foundation
import Kernels
import Logging
import Networks
import Pipeline
import Testing
import TrackFeed
import Tracking

@testable import Daemon

@Suite(.serialized, .timeLimit(.minutes(5)))
struct DaemonTests {
    private func pipeline() -> LocalizationPipeline {
        let kind = FeatureKind.foaIntensity
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.channels, filters: 16, gruWidth: 16, headWidth: 16, maximumTracks: 2,
            lookAhead: 0)
        let count = FrameTiming.melBands * kind.channels
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
        return LocalizationPipeline(
            parameters: DOAnetParameters(architecture, seed: 3), scaler: scaler, gate: GateSettings())
    }

    /// A WAV file of quiet noise, so many seconds long.
    private func recording(seconds: Double) throws -> String {
        let path = "/tmp/bearing-test-\(UUID().uuidString.prefix(8)).wav"
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: 4)
        let samples = (0..<Int(seconds * 24_000) * 4).map { _ in Float.random(in: -0.1...0.1) }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    private func hello() -> FeedHello {
        FeedHello(name: "bearing", format: "foa", source: "file", maximumTracks: 2, latencyMilliseconds: 100)
    }

    private func socketPath() -> String { "/tmp/bearing-test-\(UUID().uuidString.prefix(8)).sock" }

    /// All lines until the connection ends.
    private func subscribe(_ path: String) -> [[String: Any]] {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (i, byte) in path.utf8.enumerated() { unsafe room[i] = byte }
        }
        let connected = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { return [] }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return bytes.split(separator: 10).compactMap {
            try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
        }
    }

    @Test func aFileGivesALineForEachBlockInOrderAndOnTime() throws {
        let file = try recording(seconds: 1.5)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let capture = FileCapture(path: file, stream: CaptureStream())
        let daemon = try Daemon(
            capture: capture, pipeline: pipeline(), hello: hello(), options: .init(addresses: [.path(socketPath())]),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let began = Date().timeIntervalSince1970
        let lines = Received()
        let path = daemon.addresses[0].description
        // Connected before the server's loop runs: such a subscriber misses nothing.
        let ready = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        Thread { ready.signal(); lines.value = self.subscribe(path); done.signal() }.start()
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
        #expect(events.count == 12 && events.values.allSatisfy { $0 == 0 })
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

    @Test func aSourceThatIsNotThereEndsTheStart() throws {
        let daemon = try Daemon(
            capture: FileCapture(path: "/nowhere.wav", stream: CaptureStream()), pipeline: pipeline(), hello: hello(),
            options: .init(addresses: [.path(socketPath())]),
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        let error = #expect(throws: Daemon.StartError.self) { try daemon.run() }
        #expect(error?.description.contains("/nowhere.wav") == true)
        #expect(!FileManager.default.fileExists(atPath: daemon.addresses[0].description))
    }
}

/// What another thread leaves for the test; read once that thread has ended.
private final class Received: @unchecked Sendable {
    var value: [[String: Any]] = []
}
