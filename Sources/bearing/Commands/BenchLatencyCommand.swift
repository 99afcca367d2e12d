import ArgumentParser
import Audio
import Configuration
import Daemon
import Files
import Glibc
import JSON
import Kernels
import Pipeline
import Platform
import TrackFeed

struct LatencyBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "Measures the time from the last sample of a block to its line at the subscribers.",
        discussion: """
            Runs the daemon's threads, mailbox and server with real subscribers. Each block of audio arrives as soon as the \
            tracks of the previous one are sent. "socket" ends when the line is written to every subscriber that reads, \
            "subscriber" when each of them has read it. The figures include a model's look-ahead, 100 ms a block. They exclude \
            the period and the driver of a device; `bearing status` reports those of a running daemon.

            Example: bearing bench latency --subscribers 1000 --stalled 200
            """)

    @Option(help: "Model file (default: the shipped model for Ambisonics).")
    var model: String?
    @Option(help: "Blocks of 100 ms to measure.")
    var blocks = 1000
    @Option(help: "Subscribers to connect. All but the stalled ones read every line.")
    var subscribers = 1
    @Option(help: "Subscribers, among these, that never read.")
    var stalled = 0
    @Flag(help: "Print the figures as a JSON object, in milliseconds.")
    var json = false

    private static let patience = 60.0

    func validate() throws {
        guard blocks >= 1, subscribers >= 1, (0..<subscribers).contains(stalled) else {
            throw ValidationError(
                "expected at least one block and more subscribers than stalled ones, found blocks \(blocks), subscribers \(subscribers), stalled \(stalled)"
            )
        }
    }

    func run() throws {
        var configuration = BearingConfiguration()
        configuration.model.path = model
        let pipeline = try LiveModel(configuration).makePipeline()
        let lookAhead = pipeline.lookAhead
        let path = "\(Folder.temporary)/bearing-bench-\(getpid()).sock"
        let trial: LatencyTrial
        do throws(FeedError) { trial = try LatencyTrial(pipeline: pipeline, path: path) } catch { throw Failure(error) }
        defer { trial.stop() }
        let readers = try (0..<subscribers).map { try Self.connect(path, number: $0) }
        while trial.subscribers < subscribers { usleep(1000) }

        let reading = LatencyRecorder()
        var random = SplitMix64(seed: 1)
        let audio = (0..<AudioFormat.sampleRate / 10 * AudioFormat.channels).map { _ in Float(0.2 * (random.unit() - 0.5)) }
        // The first line follows the block after the look-ahead, and describes a block that ended that much earlier.
        for _ in 0..<lookAhead { _ = trial.deliver(audio.span) }
        for _ in 0..<blocks {
            let end = trial.deliver(audio.span) - Int64(lookAhead) * 100_000_000
            for reader in readers.dropFirst(stalled) { try Self.awaitTracks(reader) }
            let now = MonotonicTime.now
            reading.record(now - end, at: now)
        }
        // A subscriber may have read the last line before the server has recorded that it was sent.
        trial.stop()
        report([
            ("air to socket", "socket", trial.timings.latency.sinceStart()), ("air to subscriber", "subscriber", reading.sinceStart()),
            ("computing", "computing", trial.timings.computing.sinceStart()),
        ])
    }

    private static func connect(_ path: String, number: Int) throws -> FeedClient {
        do throws(FeedClient.Refusal) {
            return try FeedClient(reaching: .path(path), timeout: patience)
        } catch {
            let reason = unsafe String(cString: strerror(error.code))
            throw Failure(.inputOutput, "expected \(number + 1) connections to \(path), found \(number): \(reason)")
        }
    }

    /// Reads up to the next block's line.
    private static func awaitTracks(_ reader: FeedClient) throws {
        while true {
            guard case .line(let line) = reader.nextLine(until: MonotonicTime.seconds + patience) else {
                throw Failure(.inputOutput, "expected a line for every block, found none within \(patience) s")
            }
            if line.starts(with: #"{"type":"tracks""#.utf8) { return }
        }
    }

    private func report(_ figures: [(name: String, key: String, summary: LatencySummary)]) {
        if json {
            let text = JSONWriter.text { json in
                json.field("blocks", blocks)
                json.field("subscribers", subscribers)
                json.field("stalled", stalled)
                for figure in figures { LatencyTable.write(figure.summary, as: "\(figure.key)_ms", to: &json) }
            }
            return print(text)
        }
        print(LatencyTable.head)
        for (name, _, summary) in figures { print(LatencyTable.row(name, LatencyTable.milliseconds(summary))) }
        print("\(blocks) blocks, \(subscribers) subscribers, of which \(stalled) stalled")
    }
}
