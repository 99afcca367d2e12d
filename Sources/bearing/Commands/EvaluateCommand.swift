import ArgumentParser
import Dataset
import Evaluation
import Features
import Files
import Fingerprints
import Formats
import FoundationEssentials
import Platform
import Tracking
import Training

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Scores a model on a data set in the TAU-NIGENS layout.",
        discussion: """
            Runs the model over every recording of the given folds and scores its gated tracks, with both metric sets \
            and 95 % confidence intervals by jackknife over recordings. bearing score --help explains the columns.

            Recordings may lie in subfolders, as in DCASE 2021 to 2024. An evaluation set has foa_eval/ or mic_eval/, and metadata_eval/ if \
            its labels are known. Recordings without labels get tracks (with --out) but no scores.

            Example: bearing evaluate --model models/foa-live.safetensors --dataset scenes --folds 1
            Example: bearing evaluate --model foa.safetensors --dataset tau-nigens --set evaluation --out tracks

            Several processes or machines may share the work; the report of their parts is that of one process:
              bearing evaluate --model foa.safetensors --dataset tau-nigens --shard 1/2 --parts parts
              bearing evaluate --model foa.safetensors --dataset tau-nigens --shard 2/2 --parts parts
              bearing evaluate --parts parts
            """)

    @Option(help: ArgumentHelp("The model to score.", valueName: "file"))
    var model: String?
    @Option(help: ArgumentHelp("The data set's folder, with foa_dev/ or mic_dev/, and metadata_dev/.", valueName: "dir"))
    var dataset: String?
    enum Part: String, ExpressibleByArgument, CaseIterable {
        case development, evaluation
    }

    @Option(help: "Part of the data set: development (some folds) or evaluation (all recordings).")
    var set = Part.development
    @Option(help: "Folds to score, such as 1, 3-6 or 1,3-6.")
    var folds = "1"
    @Option(help: ArgumentHelp("Folder for the model's tracks, a csv file for each recording.", valueName: "dir"))
    var out: String?
    @Option(help: ArgumentHelp("Folder for extracted features (default: a temporary folder).", valueName: "dir"))
    var cache: String?
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var part: ShardOptions
    @Option(
        help: ArgumentHelp(
            "With --shard: folder for the scores of this part. Without: prints the report of all parts in it.", valueName: "dir"))
    var parts: String?
    @Flag(help: "Count every output in every block as a track; always on for a model without activity.")
    var allOutputs = false
    @Flag(help: "Score by azimuth only: errors, pairs and the gate of 20 degrees.")
    var azimuth = false
    @Flag(help: "Also print a line for each recording.")
    var perRecording = false
    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if part.text == nil, parts != nil {
            guard model == nil, dataset == nil, out == nil else {
                throw ValidationError(
                    "--parts: expected --shard with --model, --dataset and --out, found none: without it only --parts is given")
            }
        } else {
            _ = try required(model, "--model <file>")
            _ = try required(dataset, "--dataset <dir>")
        }
        guard part.text == nil || parts != nil || out != nil else {
            throw ValidationError("--shard: expected --parts with it, for the scores of this part, or --out, found neither")
        }
        _ = try FoldOption.folds(folds, option: "--folds")
    }

    private func required(_ value: String?, _ name: String) throws -> String {
        guard let value else { throw ValidationError("Missing expected argument '\(name)'") }
        return value
    }

    func run() throws {
        try Failure.reporting {
            if part.text == nil, let parts { return try reportParts(of: parts) }
            try evaluate(try required(model, "--model <file>"), on: try required(dataset, "--dataset <dir>"))
        }
    }

    private func evaluate(_ path: String, on dataset: String) throws {
        if let out { try Folder.makeWritable(out) }
        if let parts { try Folder.makeWritable(parts) }
        let model = try ModelFile.load(path)
        let format: DatasetFormat = model.features.isAmbisonic ? .foa : .mic
        let layout = DatasetLayout(root: dataset, format: format)
        let whole = try recordings(layout, folds: try FoldOption.folds(folds, option: "--folds"))
        let recordings = part.shard.indices(of: whole.count).map { whole[$0] }
        let numbers = Dictionary(uniqueKeysWithValues: zip(whole.map(\.name), whole.indices))
        try layout.noteArray(of: model)
        let lock = try lockTracks()
        defer { withExtendedLifetime(lock) {} }
        let temporary = cache == nil ? Folder.temporary + "/bearing-evaluate-\(UUID().uuidString)" : nil
        defer { if let temporary { Folder.remove(temporary) } }
        var progress = ProgressBar("features")
        var batch = Batch(recordings.count, "recordings")
        var faults: [ShardScores.Fault] = []
        let (references, warnings) = try TrainingData.references(
            recordings, kind: model.features, cache: cache ?? temporary!, threads: threads.count,
            fault: { recording, error in
                let failure = Failure(of: error)
                faults.append(.init(index: numbers[recording.name]!, kind: failure.kind, lines: failure.lines))
                try batch.take(failure)
            },
            progress: { progress.update($0) })
        progress.finish()
        for warning in warnings { Console.note(warning) }
        let tracks = Evaluation.tracks(
            of: references, parameters: model.parameters, scaler: model.scaler, array: model.tables(of: nil),
            selection: selection(of: model, at: path), threads: threads.count)
        if let out { try write(tracks, of: references, among: whole, to: out) }
        let unlabelled = Set(recordings.filter { $0.metadata == nil }.map(\.name))
        let labelled = zip(references, tracks).filter { !unlabelled.contains($0.0.name) }
        let report = Evaluation.score(labelled.map(\.0), tracks: labelled.map(\.1), by: azimuth ? .azimuth : .direction)
        if part.text == nil {
            show(report, unlabelled: unlabelled.count, of: recordings.count)
        } else if let parts {
            let scored = report.recordings.map { ShardScores.Scored(index: numbers[$0.name]!, recording: $0) }
            let path = try ShardScores(
                part.shard, inputs: inputs(of: model, whole), angle: report.angle, total: whole.count, unlabelled: unlabelled.count,
                scored: scored, faults: faults
            ).write(to: parts)
            print("\(scored.count) of \(whole.count) recordings scored, in \(path)")
        }
        try batch.finish()
    }

    /// Prints what one process would print that scores the recordings of all shards.
    private func reportParts(of folder: String) throws {
        let shards = try ShardScores.read(folder)
        let total = shards[0].total
        var batch = Batch(total, "recordings")
        for fault in shards.flatMap(\.faults).sorted(by: { $0.index < $1.index }) { try batch.take(fault.failure) }
        let scored = shards.flatMap(\.scored).sorted { $0.index < $1.index }
        let report = MetricsReport(recordings: scored.map(\.recording), angle: shards[0].angle)
        show(report, unlabelled: shards.reduce(0) { $0 + $1.unlabelled }, of: total)
        try batch.finish()
    }

    private func show(_ report: MetricsReport, unlabelled: Int, of total: Int) {
        if unlabelled > 0 { Console.note("\(unlabelled) of \(total) recordings have no labels and no scores") }
        guard !report.recordings.isEmpty else { return }
        print(json ? report.json : report.table(perRecording: perRecording), terminator: json ? "\n" : "")
    }

    /// Whatever the scores depend on, the same for all shards.
    private func inputs(of model: ModelFile, _ recordings: [Recording]) -> Fingerprint {
        var digest = Digest()
        for recording in recordings { digest.add(recording.name) }
        var inputs = Fingerprint(format: "bearing-evaluate-1")
        inputs.add("model", String(model.digest, radix: 16))
        inputs.add("gate", "\(model.gate)")
        inputs.add("all-outputs", "\(allOutputs)")
        inputs.add("azimuth", "\(azimuth)")
        inputs.add("set", set == .evaluation ? set.rawValue : "folds \(folds)")
        inputs.add("recordings", "\(recordings.count), names \(digest.text)")
        return inputs
    }

    private func recordings(_ layout: DatasetLayout, folds: FoldList) throws -> [Recording] {
        guard set == .evaluation else {
            let selection = try layout.development(folds: folds.numbers)
            for remark in selection.remarks { Console.note(remark) }
            return selection.recordings
        }
        let recordings = try layout.evaluation()
        if out == nil, !recordings.contains(where: { $0.metadata != nil }) {
            throw TrainingError.missingMetadata(
                recording: recordings[0].audio,
                expected: "\(layout.root)/metadata_eval/\(recordings[0].name).csv, or --out for tracks without scores"
            )
        }
        return recordings
    }

    private func selection(of model: ModelFile, at path: String) -> TrackSelection {
        if !model.hasActivity, !allOutputs {
            Console.note("\(path) was trained on directions only: every output counts as a track")
        }
        return allOutputs || !model.hasActivity ? .everyOutput : .gated(model.gate)
    }

    /// Locks the folder of the tracks until they are written, against other processes than those of other shards; nil without --out.
    private func lockTracks() throws -> FolderLock? {
        guard let out else { return nil }
        if let name = TrackFiles.labelFolder(out) {
            throw Failure(
                .configuration,
                "--out: expected a folder for tracks, found \(out), whose name, \(name), is reserved for a data set's labels")
        }
        return try FolderLock(folder: out, isShared: part.text != nil)
    }

    /// - Parameter whole: the recordings of all shards.
    private func write(
        _ tracks: [[[LabelledDirection]]], of recordings: [ReferenceRecording], among whole: [Recording], to folder: String
    ) throws {
        let older = Set(try Folder.names(in: folder).filter { $0.hasSuffix(".csv") }).subtracting(whole.map { "\($0.name).csv" })
        if let first = older.min() {
            Console.note("\(folder): \(older.count) csv files of other recordings, such as \(first), are left unchanged")
        }
        for (recording, blocks) in zip(recordings, tracks) {
            try MetadataCSV(tracks: blocks).write(to: "\(folder)/\(recording.name).csv")
        }
    }
}
