import ArgumentParser
import Audio
import Configuration
import Daemon
import Files
import Foundation
import Kernels
import Pipeline
import Platform
import TrackFeed

struct LatencyBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "From the last sample of a block to its line in the subscribers' sockets.",
        discussion: """
            The daemon's own threads, mailbox and server, with real subscribers, and audio that comes as soon as the block \
            before it has been told. Ends at "socket" when the line has been written to every subscriber that reads, at \
            "subscriber" when each of them has read it. A model's look-ahead is in it, 100 ms a block. What a device adds, \
            its period and its driver, is not: `bearing status` tells that of a running daemon.

            Example: bearing bench latency --subscribers 1000 --stalled 200
            """)

    @Option(help: "The network (default: the one that ships for Ambisonics).")
    var model: String?
    @Option(help: "Blocks of 100 ms to measure.")
    var blocks = 1000
    @Option(help: "Connections, of which those that are not stalled read every line.")
    var subscribers = 1
    @Option(help: "Connections among these that never read.")
    var stalled = 0
    @Flag(help: "The figures as a JSON object, in milliseconds.")
    var json = false

    private static let patience = 60.0

    func validate() throws {
        guard blocks >= 1, subscribers >= 1, (0..<subscribers).contains(stalled) else {
            throw ValidationError("expected at least one block, one subscriber and one that is not stalled")
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
        // The first line comes with the block behind the look-ahead, and tells of one that ended that much earlier.
        for _ in 0..<lookAhead { _ = trial.bring(audio.span) }
        for _ in 0..<blocks {
            let end = trial.bring(audio.span) - Int64(lookAhead) * 100_000_000
            for reader in readers.dropFirst(stalled) { try Self.awaitTracks(reader) }
            let now = MonotonicTime.now
            reading.record(now - end, at: now)
        }
        // A subscriber may have read the last line before those who sent it have noted it.
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
            let objects = figures.map { "\"\($0.key)_ms\":\(LatencyTable.json($0.summary))" }.joined(separator: ",")
            return print("{\"blocks\":\(blocks),\"subscribers\":\(subscribers),\"stalled\":\(stalled),\(objects)}")
        }
        print(LatencyTable.head)
        for (name, _, summary) in figures { print(LatencyTable.row(name, LatencyTable.milliseconds(summary))) }
        print("\(blocks) blocks, \(subscribers) subscribers, of which \(stalled) stalled")
    }
}
