import ArgumentParser
import Audio
import Configuration
import Diagnosis
import Files
import Formats
import Geometry
import Networks
import Options
import Pipeline
import TrackFeed
import Tracking

struct LocalizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "localize",
        abstract: "Localizes the sources in recordings, block by block as the daemon does, or as a whole.",
        discussion: """
            Writes a row for each track of each 100 ms block: frame,class,track,azimuth,elevation (class 0, no header). Frame k \
            is the block [100k, 100k+100) ms of the file. With --output events: a row for each track, with the \
            header id,start,end,azimuth,elevation,level_dbfs (seconds, degrees; the direction of the mean vector, the level of the mean power).

            For capsules in a horizontal plane, elevations have no sign: jsonl states "elevation":"unsigned", and a note says so.

            For recordings of `run --record` the tracks equal those reported live. A continued recording needs its earlier files too, with --joined.

            Examples:
              bearing localize demo/scene.flac --out tracks
              bearing localize demo/scene.flac --output events
              bearing localize --joined /var/lib/bearing/bearing-20261125T2130*.wav
            """)

    @Argument(help: "Recordings with 4 channels.")
    var files: [String]

    @Option(help: "Configuration file of `run`: channels, mounting, ignored sectors, model and gate apply.")
    var config: String?

    @Option(help: "Model file (default: the model that ships with Bearing).")
    var model: String?

    @OptionGroup var channels: ChannelOptions

    @Option(help: "Output format: csv, jsonl or events.")
    var output = TrackText.Output.csv

    @Flag(help: "Add a sixth column to csv: the level of the track in the block, dBFS (docs/socket.md). jsonl and events always have it.")
    var levels = false

    @Option(
        help: "Folder for one <name>.csv (or .jsonl, .events.csv) per recording (default: standard output, for one recording only).")
    var out: String?

    @Flag(help: "The files are pieces of one recording, in this order; the first gives the name of the tracks.")
    var joined = false

    func validate() throws {
        var input = BearingConfiguration().input
        if let fault = channels.apply(to: &input).first {
            throw ValidationError("\(fault.place): expected \(fault.expected), found \(fault.found)")
        }
        _ = try trackFiles()
    }

    private var recordings: [[String]] { joined ? [files] : files.map { [$0] } }

    private func trackFiles() throws -> TrackFiles {
        try TrackFiles(recordings: recordings, folder: out, ending: output.ending)
    }

    func run() throws {
        let tracks = try trackFiles()
        try tracks.check()
        let configuration = try configuration()
        let model = try LiveModel(configuration, acceptsRecordings: true)
        for warning in model.warnings { Console.note(warning) }
        if let out { try Failure.reporting { try Folder.makeWritable(out) } }
        var batch = Batch(recordings.count, "recordings")
        for (recording, path) in zip(recordings, tracks.paths) where !StandardOutput.shared.isBroken {
            try batch.attempt {
                let text = try localize(recording, model, configuration.input)
                if let path {
                    // Written in one step, so that Ctrl-C leaves no half-written file.
                    try WholeFile.write(Array(text.utf8), to: path)
                } else {
                    print(text, terminator: "")
                }
            }
        }
        try batch.finish()
    }

    /// The configuration file, with the options applied to it.
    private func configuration() throws -> BearingConfiguration {
        var (configuration, faults) = BearingConfiguration.read(config)
        faults += channels.apply(to: &configuration.input)
        if let model { configuration.model.path = model }
        guard faults.isEmpty else { throw Failure(ConfigurationError(faults)) }
        return configuration
    }

    /// The output lines of one recording, given by its pieces.
    private func localize(_ paths: [String], _ model: LiveModel, _ input: BearingConfiguration.Input) throws -> String {
        let localizer = RecordingLocalizer(model)
        var remarks = RecordingRemarks(model, input)
        var text = TrackText(output, levels: levels, elevation: model.input.elevation)
        for path in paths {
            do throws(AudioError) {
                // The channel map was applied when `run --record` wrote the file.
                let wasRecorded = Self.wasRecorded(path)
                if wasRecorded, channels.channels != nil {
                    Console.note("\(path): --channels is not used, since `bearing run --record` already selected the channels of this file")
                }
                let stream = try AudioFileStream(path: path, map: wasRecorded ? nil : input.channels, channels: model.input.channels)
                for remark in stream.remarks { Console.note(remark) }
                var samples = [Float](repeating: 0, count: AudioFormat.sampleRate * AudioFormat.channels)
                var progress = ProgressBar("localize \(path)")
                var done = 0
                while true {
                    var span = samples.mutableSpan
                    let frames = try stream.read(into: &span)
                    guard frames > 0 else { break }
                    localizer.push(samples.span.extracting(0..<frames * AudioFormat.channels)) { text.append($0) }
                    remarks.add(samples.span.extracting(0..<frames * AudioFormat.channels))
                    done += frames
                    progress.update(Double(done) / Double(max(1, stream.frames)))
                }
                progress.finish()
                remarks.add(unsoundSamples: stream.unsoundSamples)
            } catch {
                throw Failure(error)
            }
        }
        localizer.finish { text.append($0) }
        remarks.add(networkResets: localizer.networkResets)
        for line in remarks.lines { Console.note("\(paths.first ?? ""): \(line)") }
        return text.finished
    }

    /// Whether a file of tracks lies beside the audio, as `run --record` writes it.
    private static func wasRecorded(_ path: String) -> Bool {
        TrackFiles.isRecordOfDaemon("\(PathName.folder(path))/\(PathName.stem(path)).jsonl")
    }
}

/// Runs a recording through a network: block by block like the daemon, or the whole of it at its end.
private enum RecordingLocalizer {
    case live(LocalizationPipeline)
    case whole(RecordingPipeline)

    init(_ model: LiveModel) {
        self = model.file.architecture.form == .live ? .live(model.makePipeline()) : .whole(model.makeRecordingPipeline())
    }

    /// Blocks in which the network met a value that was not finite.
    var networkResets: Int {
        switch self {
        case .live(let pipeline): pipeline.networkResets
        case .whole(let pipeline): pipeline.brokenBlocks
        }
    }

    func push(_ samples: Span<Float>, _ emit: (borrowing BlockTracks) -> Void) {
        switch self {
        case .live(let pipeline): pipeline.push(samples, emit)
        case .whole(let pipeline): pipeline.push(samples)
        }
    }

    func finish(_ emit: (borrowing BlockTracks) -> Void) {
        switch self {
        case .live(let pipeline): pipeline.finish(emit)
        case .whole(let pipeline): pipeline.finish(emit)
        }
    }
}
