import Audio
import Features
import Foundation
import Kernels
import Logging
import Networks
import Pipeline
import Synchronization
import Testing
import TrackFeed
import Tracking

@testable import Daemon

/// SIGHUP, as `reload` of a daemon whose threads run.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct ReloadTests {
    private static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A network that always tells two tracks, so that ids can be watched.
    private func pipeline() -> LocalizationPipeline {
        let kind = FeatureKind.foaIntensity
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.channels, filters: 16, gruWidth: 16, headWidth: 16, maximumTracks: 2, lookAhead: 0)
        let count = FrameTiming.melBands * kind.channels
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
        var gate = GateSettings()
        (gate.openThreshold, gate.stayThreshold, gate.openBlocks, gate.duplicateDegrees) = (0, 0, 1, 0)
        return LocalizationPipeline(parameters: DOAnetParameters(architecture, seed: 3), scaler: scaler, gate: gate)
    }

    private func recording(amplitude: Float) throws -> String {
        let path = "/tmp/bearing-test-\(UUID().uuidString.prefix(8)).wav"
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: 4)
        let samples = (0..<24_000 * 4).map { _ in Float.random(in: -amplitude...amplitude) }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    private func hello(_ source: String) -> FeedHello {
        FeedHello(name: "bearing", format: "foa", source: source, maximumTracks: 2, latencyMilliseconds: 100)
    }

    private struct Unreadable: Error {}

    @Test func anotherSetupTakesOverAndSubscribersStay() throws {
        let files = [try recording(amplitude: 0.1), try recording(amplitude: 0.001)]
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        let path = "/tmp/bearing-test-\(UUID().uuidString.prefix(8)).sock"
        let turn = Mutex(0)
        let daemon = try Daemon(
            capture: FileCapture(path: files[0], loops: true, stream: CaptureStream()), pipeline: pipeline(),
            hello: hello("first"), options: .init(addresses: [.path(path)]), log: Self.silent
        ) { [self] stream in
            switch turn.withLock({ $0 += 1; return $0 }) {
            case 1: throw Unreadable()
            case 2: return .init(capture: nil, pipeline: pipeline(), hello: hello("first"), logLevel: .info, kept: [])
            case 3:
                let missing = FileCapture(path: "/nowhere.wav", stream: stream)
                return .init(capture: missing, pipeline: pipeline(), hello: hello("none"), logLevel: .info, kept: [])
            default:
                let other = FileCapture(path: files[1], loops: true, stream: stream)
                return .init(capture: other, pipeline: pipeline(), hello: hello("second"), logLevel: .info, kept: [])
            }
        }
        try daemon.start()
        let subscriber = try Subscription(path)
        var lines = try subscriber.read(blocks: 5)
        for _ in 1...4 {
            daemon.reload()
            lines += try subscriber.read(blocks: 5)
            #expect(daemon.stream.status.state == .running)
        }
        let level = try #require(daemon.health.status(of: daemon.stream, mailbox: daemon.mailbox).levels.first)
        daemon.stop()

        let tracks = lines.filter { $0["type"] as? String == "tracks" }
        let numbers = tracks.compactMap { $0["seq"] as? Int }
        #expect(numbers.count >= 25 && zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(numbers)")
        // An id that went away never comes back.
        var (past, present) = (Set<Int>(), Set<Int>())
        for line in tracks {
            let ids = Set(((line["tracks"] as? [[String: Any]]) ?? []).compactMap { $0["id"] as? Int })
            #expect(past.isDisjoint(with: ids))
            past.formUnion(present.subtracting(ids))
            present = ids
        }
        #expect(past.count >= 4, "three networks began anew, the first with at least two tracks")
        let sources = lines.filter { $0["type"] as? String == "hello" }.compactMap { $0["source"] as? String }
        #expect(sources == ["first", "second"])
        // Uniform noise of amplitude 0.001 has a power of -64.8 dB.
        #expect(level < -60)
    }
}

/// A subscriber that reads line by line.
@safe
private final class Subscription {
    private let handle: UnsafeMutablePointer<FILE>

    init(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (i, byte) in path.utf8.enumerated() { unsafe room[i] = byte }
        }
        let code = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0)
        unsafe handle = try #require(fdopen(descriptor, "r"))
    }

    deinit { unsafe fclose(handle) }

    /// All lines up to and with so many of tracks.
    func read(blocks: Int) throws -> [[String: Any]] {
        var (lines, found) = ([[String: Any]](), 0)
        while found < blocks {
            var text: UnsafeMutablePointer<CChar>?
            var room = 0
            let count = unsafe getline(&text, &room, handle)
            defer { unsafe free(text) }
            try #require(count > 0)
            let data = unsafe Data(bytes: UnsafeRawPointer(text!), count: count)
            let line = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            if line["type"] as? String == "tracks" { found += 1 }
            lines.append(line)
        }
        return lines
    }
}
