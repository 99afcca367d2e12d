import Diagnosis
import Kernels
import Logging
import Platform
import Synchronization
import TestSupport
import Testing
import TrackFeed

@testable import Audio
@testable import Daemon

/// Channel faults while the daemon runs: in its status line and its log, with their end.
@Suite(.timeLimit(.hang))
struct ChannelMonitorTests {
    /// Noise in four channels, some of them dead: [seconds * 24000 * 4].
    private func noise(seconds: Int, dead: Set<Int> = []) -> [Float] {
        var random = SplitMix64(seed: 3)
        return (0..<seconds * 24_000 * 4).map { dead.contains($0 % 4) ? 0 : Float(random.unit() - 0.5) }
    }

    private func hear(_ monitor: ChannelMonitor, _ samples: [Float]) {
        for start in stride(from: 0, to: samples.count, by: 9600) {
            monitor.take(samples.span.extracting(start..<start + 9600), at: 0)
            if start % 96_000 == 0 { monitor.pass() }
        }
        monitor.pass()
    }

    @Test func warningsComeGoAndFollowTheFormat() {
        let health = Health()
        let monitor = ChannelMonitor(Microphone(.ambisonics), health: health)
        hear(monitor, noise(seconds: 9, dead: [1]))
        #expect(health.warnings.isEmpty)
        hear(monitor, noise(seconds: 1, dead: [1]))
        #expect(health.warnings == [ChannelFinding.dead(channel: 1).description(.ambisonics)])
        #expect(health.status(of: CaptureStream(), mailbox: Mailbox()).warnings == health.warnings)
        hear(monitor, noise(seconds: 12))
        #expect(health.warnings.isEmpty)
        let text = ChannelFinding.dead(channel: 1).description(.ambisonics)
        #expect(health.takeWarningChanges() == [.init(text: text, isOver: false), .init(text: text, isOver: true)])
        #expect(health.takeWarningChanges().isEmpty)
        // Checked as the new format from now on.
        monitor.expect(Microphone(.capsules(.tetrahedral)))
        hear(monitor, noise(seconds: 10, dead: [1]))
        #expect(health.warnings == [ChannelFinding.dead(channel: 1).description(.capsules(.tetrahedral))])
    }

    /// Whatever the watching thread does.
    @Test func theAnalysisThreadNeitherWaitsNorAllocates() {
        let monitor = ChannelMonitor(Microphone(.ambisonics), health: Health())
        let block = noise(seconds: 1)
        #expect(allocations { for _ in 0..<1000 { monitor.take(block.span.extracting(0..<9600), at: 0) } } == 0)
        monitor.pass()
    }

    private struct Lines: LogHandler {
        let lines: LineList
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add("\(event.level): \(event.message)") }
    }

    private final class LineList: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// Four times as fast as it sounds: silence for 16 s, then noise for 8.
    @Test func theLogReportsTheBeginningAndTheEndOfAWarning() throws {
        let folder = TemporaryFolder()
        let file = folder.file("audio.wav")
        let writer = try AudioFileWriter(path: file, encoding: .wave16, sampleRate: 24_000, channels: 4)
        try writer.write([Float](repeating: 0, count: 16 * 96_000).span)
        try writer.write(noise(seconds: 8).span)
        try writer.close()
        var options = Daemon.Options(addresses: [.path(folder.file("socket"))])
        options.microphone = Microphone(.ambisonics)
        let lines = LineList()
        let daemon = try Daemon(
            capture: FileCapture(path: file, speed: 4, stream: CaptureStream()), pipeline: TestDaemon.pipeline(), hello: TestDaemon.hello(),
            options: options, log: Logger(label: "test") { _ in Lines(lines: lines) })
        try daemon.run()
        let text = ChannelFinding.silence.description(.ambisonics)
        #expect(lines.all.contains("warning: \(text)") && lines.all.contains("notice: no longer found: \(text)"), "\(lines.all)")
    }
}
