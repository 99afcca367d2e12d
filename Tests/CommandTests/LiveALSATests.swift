import Audio
import Foundation
import Geometry
import Platform
import TestSupport
import Testing
import TrackFeed

@testable import bearing

/// The whole way of a sound, device to subscriber: a scene on the virtual microphone, `bearing run` as a process of its
/// own, its socket; against `bearing localize` on the same file. With the model that ships, on a minute of the demo.
@Suite(
    .enabled(if: VirtualMicrophone.problem == nil, "the virtual microphone needs a C compiler"),
    .timeLimit(.hang))
struct LiveALSATests {
    private static let seconds = 60
    private static let blocksPerSecond = 10
    /// Longer than any machine takes that can run the test at all; a daemon that hangs is ended then.
    private static let patience = 180.0

    @Test func theDaemonReportsTheTracksOfLocalize() async throws {
        let temporary = TemporaryFolder()
        defer { temporary.remove() }
        let folder = temporary.path
        let scene = "\(folder)/scene.wav"
        try Self.writeScene(to: scene)

        let offline = try Self.localize(scene)
        // The comparison requires sound.
        #expect(offline.values.reduce(0) { $0 + $1.count } > 300)

        // A minute of waiting, on a thread of its own so that other tests go on.
        let listening = await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: Result { try Self.listen(to: scene, socket: "\(folder)/socket") }) }
                .start()
        }
        let (lines, status, said) = try listening.get()
        #expect(status == 0, "\(said)")

        let expected = Self.seconds * Self.blocksPerSecond
        #expect(abs(lines.count - expected) <= 3, "\(said)")
        let sequence = lines.compactMap(\.seq)
        let first = try #require(sequence.first)
        // A subscriber that connects before the first block is complete misses none; a busy machine may cost a few.
        #expect((0...3).contains(first))
        #expect(sequence == Array(first..<first + lines.count))
        // Times follow the capture clock, which is steered by when the device delivers: on a busy machine that is late
        // by a period (10 ms) or two.
        let steps = zip(lines, lines.dropFirst()).map { ($1.time ?? 0) - ($0.time ?? 0) }
        #expect(steps.allSatisfy { abs($0 - 0.1) < 0.02 }, "\(steps.min() ?? 0) to \(steps.max() ?? 0) s apart")

        let live = TrackAgreement.Blocks(
            lines.map { line in
                (line.seq ?? -1, (line.tracks ?? []).map { Self.direction($0.azimuth, $0.elevation) })
            }, uniquingKeysWith: +)
        let share = TrackAgreement().share(live, offline)
        #expect(share >= 0.9, "\(said)")
    }

    /// The demo over and over for a minute, as the WAV file that the virtual microphone plays.
    private static func writeScene(to path: String) throws {
        let demo = try AudioFileReader(path: try Resources.find(Resources.demo), channels: AudioFormat.channels)
        let samples = try demo.readAll()
        let writer = try AudioFileWriter(
            path: path, encoding: .wave16, sampleRate: demo.sampleRate, channels: AudioFormat.channels)
        var left = seconds * demo.sampleRate
        while left > 0 {
            let frames = min(left, demo.frames)
            try writer.write(samples.span.extracting(0..<frames * AudioFormat.channels))
            left -= frames
        }
        try writer.close()
    }

    private static func direction(_ azimuth: Double, _ elevation: Double) -> Direction {
        Direction(azimuth: Float(azimuth), elevation: Float(elevation))
    }

    /// Tracks of the file by block.
    private static func localize(_ path: String) throws -> TrackAgreement.Blocks {
        struct Line: Decodable {
            var frame: Int
            var tracks: [FeedLine.Track]
        }
        let result = try BearingProcess.run("localize", path, "--output", "jsonl")
        try #require(result.status == 0, "\(result.error)")
        let lines = try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(lines.map(\.frame) == Array(0..<seconds * blocksPerSecond))
        return TrackAgreement.Blocks(
            uniqueKeysWithValues: lines.map { line in
                (line.frame, line.tracks.map { direction($0.azimuth, $0.elevation) })
            })
    }

    /// Lines of tracks that arrive within a minute of the first; then the daemon is asked to end.
    /// - Returns: the lines, the daemon's exit status, its status line and its standard error.
    private static func listen(to scene: String, socket: String) throws -> ([FeedLine], Int32, String) {
        let (output, error) = (Pipe(), Pipe())
        let source = "alsa:\(VirtualMicrophone.device(playing: scene))"
        let daemon = try BearingProcess.start(
            ["run", "--source", source, "--socket", socket], output: output, error: error)
        let pid = daemon.processIdentifier
        let watchdog = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: watchdog)
        defer { watchdog.cancel() }

        var client = FeedClient(path: socket)
        while client == nil, daemon.isRunning {
            usleep(5000)
            client = FeedClient(path: socket)
        }
        var (lines, health, end): ([FeedLine], String, Double) = ([], "", .infinity)
        while let line = client?.next(), MonotonicTime.seconds < end {
            if line.type == "status" {
                health = "\(line.state ?? "?"), \(line.overruns ?? -1) overruns, \(line.droppedBlocks ?? -1) blocks dropped"
            }
            guard line.type == "tracks" else { continue }
            if lines.isEmpty { end = MonotonicTime.seconds + Double(seconds) }
            lines.append(line)
        }
        daemon.terminate()
        let said = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        daemon.waitUntilExit()
        return (lines, daemon.terminationStatus, "\(health)\n\(said)")
    }
}

@Suite struct TrackAgreementTests {
    /// Two sources that move around, one much faster, so that a block's delay is measurable.
    private func tracks(late: Int = 0, off: Float = 0) -> TrackAgreement.Blocks {
        TrackAgreement.Blocks(
            uniqueKeysWithValues: (0..<100).map { block in
                let angle = Float(block) * 7
                return (block + late, [Direction(azimuth: angle + off, elevation: 0), Direction(azimuth: -angle / 7, elevation: 50)])
            })
    }

    @Test func oneBlockAndFiveDegreesAreAllowed() {
        for late in -1...1 { #expect(TrackAgreement().share(tracks(), tracks(late: late)) == 1) }
        #expect(TrackAgreement().share(tracks(), tracks(off: 4.9)) == 1)
    }

    @Test func largerDeviationsAreNotAllowed() {
        for late in [-2, 2] { #expect(TrackAgreement().share(tracks(), tracks(late: late)) < 0.6) }
        #expect(TrackAgreement().share(tracks(), tracks(off: 120)) < 0.6)
    }

    @Test func surplusTracksOfEitherSideCount() {
        let single = tracks().mapValues { Array($0.prefix(1)) }
        #expect(TrackAgreement().share(tracks(), single) < 0.6)
        #expect(TrackAgreement().share(single, tracks()) < 0.6)
        #expect(TrackAgreement().share([:], tracks()) == 0)
        #expect(TrackAgreement().share([:], [:]) == 0)
    }
}
