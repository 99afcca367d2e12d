import Diagnosis
import Features
import Foundation
import Geometry
import Kernels
import Networks
import Pipeline
import Platform
import TestSupport
import Testing
import Tracking

@testable import Audio
@testable import Daemon
@testable import TrackFeed

/// The daemon's path with six capsules.
@Suite(.timeLimit(.hang))
struct CapsuleDaemonTests {
    private static let ring = ArrayGeometry(
        name: "six", mount: .open,
        capsules: (0..<6).map { .init(direction: Direction(azimuth: 60 * Float($0), elevation: 0), radius: 0.045) })

    private func pipeline() -> LocalizationPipeline {
        let architecture = DOAnetArchitecture(
            form: .live, channels: HarmonicMap.channels, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: 2, lookAhead: 0)
        let count = FrameTiming.melBands * HarmonicMap.channels
        return LocalizationPipeline(
            parameters: DOAnetParameters(architecture, seed: 3),
            scaler: FeatureScaler(
                kind: .micHarmonics, mean: Array(repeating: 0, count: count), deviation: Array(repeating: 1, count: count)),
            gate: TestDaemon.openGate, array: ArrayTables(for: .micHarmonics, of: Self.ring, refines: false))
    }

    @Test func levelsWarningsAndRecordingsAreOfEachChannel() throws {
        let folder = TemporaryFolder()
        let stream = CaptureStream(channels: 6)
        let health = Health(channels: 6)
        let monitor = ChannelMonitor(Microphone(.capsules(Self.ring)), health: health)
        let recorder = try Recorder(
            .init(folder: folder.file("r"), fileSeconds: 10, limit: 1 << 30), channels: 6, hello: TestDaemon.hello(), log: TestDaemon.log)
        recorder.start()
        let loop = AnalysisLoop(stream: stream, pipeline: pipeline(), sinks: [recorder.feed, monitor], health: health)
        loop.warmUp()
        var timeline = CaptureTimeline(clock: stream.clock, wallOffset: 1_000_000_000_000)
        timeline.breakOff(at: 0)
        timeline.observe(frame: 0, at: 5_000_000_000)
        var random = SeededRandom(seed: 2)
        var written: [Float] = []
        for _ in 0..<12 {
            let second = (0..<24_000).flatMap { _ -> [Float] in
                let common = 0.1 * random.normal()
                return (0..<6).map { $0 == 5 ? 0 : common + 0.02 * random.normal() }
            }
            for piece in stride(from: 0, to: second.count, by: 6 * 6000) {
                _ = stream.ring.write(second[piece..<piece + 6 * 6000].span)
                stream.wake.signal()
                loop.pass()
            }
            written += second
            monitor.pass()
            usleep(5000)
        }
        recorder.stop()
        let status = health.status(of: stream, mailbox: Mailbox())
        #expect(status.levels.count == 6 && status.levels[5] < -199)
        #expect(status.levels[..<5].allSatisfy { abs($0 + 20) < 2 }, "\(status.levels)")
        #expect(
            status.warnings.count == 1 && status.warnings[0].hasPrefix("channel 5: expected sound as on the others"), "\(status.warnings)")
        let waves = try FileManager.default.contentsOfDirectory(atPath: folder.file("r")).filter { $0.hasSuffix(".wav") }.sorted()
        let heard = try waves.flatMap { try AudioFileReader(path: "\(folder.file("r"))/\($0)", channels: 6).readAll() }
        let same = heard == written
        #expect(same, "\(heard.count) samples of \(written.count)")
    }

    @Test func aDeviceOrFileOfSixIsCaptured() throws {
        let path = temporaryPath(".wav")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let writer = try AudioFileWriter(path: path, encoding: .waveFloat, sampleRate: 24_000, channels: 8)
        func sample(_ channel: Int, _ frame: Int) -> Float { Float(channel) + Float(frame) * 1e-4 }
        let samples = (0..<8 * 4800).map { sample($0 % 8, $0 / 8) }
        try writer.write(samples.span)
        try writer.close()
        let stream = try AudioFileStream(path: path, map: ChannelMap([7, 0, 1, 2, 3, 4], inverted: [0]), count: 6, channels: .capsules)
        var read = [Float](repeating: 0, count: 6 * 4800)
        var span = read.mutableSpan
        #expect(try stream.read(into: &span) == 4800)
        var expected: [Float] = []
        for frame in 0..<4800 { expected += [-sample(7, frame)] + (0..<5).map { sample($0, frame) } }
        let same = read == expected
        #expect(same)
        let error = #expect(throws: AudioError.self) { try AudioFileStream(path: path, count: 6, channels: .capsules) }
        #expect(
            error?.description.contains("expected 6 channels, found 8: choose 6 of them, counted from 0, with --channels A,B,C,D,E,F")
                == true)
    }
}
