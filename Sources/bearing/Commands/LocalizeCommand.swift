import ArgumentParser
import Configuration
import Files
import Options
import Platform

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

    @Argument(help: "Recordings of Ambisonics, or of the capsules of an array.")
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

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var part: ShardOptions

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
        let indices = Array(part.shard.indices(of: self.recordings.count))
        let (recordings, paths) = (indices.map { self.recordings[$0] }, indices.map { tracks.paths[$0] })
        let localizer = RecordingLocalizer(
            model: model, input: configuration.input, output: output, hasLevels: levels, selectsChannels: channels.channels != nil,
            overlaps: threads.count >= 2 * recordings.count)
        var written = 0
        let progress = RecordingProgress("localize", recordings.map { $0[0] })
        var batch = Batch(recordings.count, "recordings")
        try processInOrder(Array(zip(recordings.indices, recordings)), threads: threads.count) { recording, isStopped in
            localizer.report(recording.1, progress: { progress.update(recording.0, $0) }, isStopped: isStopped)
        } take: { report in
            progress.clear()
            for note in report.notes { Console.note(note) }
            defer { written += 1 }
            try batch.attempt {
                let text = try report.text.get()
                if let path = paths[written] {
                    // Written in one step, so that Ctrl-C leaves no half-written file.
                    try WholeFile.write(Array(text.utf8), to: path)
                } else {
                    print(text, terminator: "")
                }
            }
        }
        progress.clear()
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
}
