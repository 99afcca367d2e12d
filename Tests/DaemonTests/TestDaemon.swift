import Audio
import Features
import Foundation
import Kernels
import Logging
import Networks
import Pipeline
import TestSupport
import Testing
import TrackFeed
import Tracking

/// Shared by the tests of the daemon.
enum TestDaemon {
    static let log = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A small network with random weights.
    /// - Parameter tellsAlways: whether its gate reports two tracks until it is reset; otherwise hardly any.
    static func pipeline(tellsAlways: Bool = false, encoding: EncodingFilters? = nil, lookAhead: Int = 0) -> LocalizationPipeline {
        let kind = FeatureKind.foaIntensity
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.channels, filters: 16, gruWidth: 16, headWidth: 16, maximumTracks: 2, lookAhead: lookAhead)
        let count = FrameTiming.melBands * kind.channels
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
        return LocalizationPipeline(
            parameters: DOAnetParameters(architecture, seed: 3), scaler: scaler, gate: tellsAlways ? openGate : GateSettings(),
            encoding: encoding)
    }

    /// Tells two tracks for as long as it is not reset.
    static let openGate = GateSettings(openThreshold: 0, openBlocks: 1, stayThreshold: 0, jumpDegrees: 180, duplicateDegrees: 0)

    /// The path of a new WAV file of noise.
    static func recording(seconds: Double, amplitude: Float = 0.1) throws -> String {
        let path = temporaryPath(".wav")
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 24_000, channels: 4)
        let samples = (0..<Int(seconds * 24_000) * 4).map { _ in Float.random(in: -amplitude...amplitude) }
        try writer.write(samples.span)
        try writer.close()
        return path
    }

    static func hello(_ source: String = "file") -> FeedHello {
        FeedHello(name: "bearing", format: "foa", source: source, maximumTracks: 2, latencyMilliseconds: 100)
    }

    static func socketPath() -> String { temporaryPath(".sock") }
}

/// A subscriber that reads line by line.
@safe
final class Subscription {
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

    /// The next line; nil at the end of the connection.
    func line() throws -> [String: Any]? {
        var text: UnsafeMutablePointer<CChar>?
        var room = 0
        let count = unsafe getline(&text, &room, handle)
        defer { unsafe free(text) }
        guard count > 0 else { return nil }
        let data = unsafe Data(bytes: UnsafeRawPointer(text!), count: count)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// All lines up to this number of tracks lines.
    func read(blocks: Int) throws -> [[String: Any]] {
        var (lines, found) = ([[String: Any]](), 0)
        while found < blocks {
            let line = try #require(try line())
            if line["type"] as? String == "tracks" { found += 1 }
            lines.append(line)
        }
        return lines
    }

    /// All lines until the connection ends.
    func readAll() throws -> [[String: Any]] {
        var lines: [[String: Any]] = []
        while let line = try line() { lines.append(line) }
        return lines
    }
}
