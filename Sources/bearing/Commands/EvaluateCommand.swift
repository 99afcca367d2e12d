import ArgumentParser
import Dataset
import Evaluation
import Features
import Files
import Formats
import Foundation
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
            """)

    @Option(help: ArgumentHelp("The model to score.", valueName: "file"))
    var model: String
    @Option(help: ArgumentHelp("The data set's folder, with foa_dev/ or mic_dev/, and metadata_dev/.", valueName: "dir"))
    var dataset: String
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
    @Option(help: "Threads.")
    var threads = 2
    @Flag(help: "Count every output in every block as a track; always on for a model without activity.")
    var allOutputs = false
    @Flag(help: "Score by azimuth only: errors, pairs and the gate of 20 degrees.")
    var azimuth = false
    @Flag(help: "Also print a line for each recording.")
    var perRecording = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let folds = try FoldOption.folds(folds, option: "--folds")
        guard threads >= 1 else { throw ValidationError("--threads: expected at least 1, found \(threads)") }
        try Failure.reporting {
            if let out { try Folder.makeWritable(out) }
            let model = try loadModel()
            let format: DatasetFormat = model.features.isAmbisonic ? .foa : .mic
            let layout = DatasetLayout(root: dataset, format: format)
            let recordings = try recordings(layout, folds: folds)
            try layout.noteArray(of: model)
            let lock = try lockTracks()
            defer { withExtendedLifetime(lock) {} }
            let temporary = cache == nil ? Folder.temporary + "/bearing-evaluate-\(UUID().uuidString)" : nil
            defer { if let temporary { Folder.remove(temporary) } }
            var progress = ProgressBar("features")
            var batch = Batch(recordings.count, "recordings")
            let (references, warnings) = try TrainingData.references(
                recordings, kind: model.features, cache: cache ?? temporary!, threads: threads, fault: { try batch.take($0) }
            ) { progress.update($0) }
            progress.finish()
            for warning in warnings { Console.note(warning) }
            guard !references.isEmpty else { return try batch.finish() }
            let tracks = Evaluation.tracks(
                of: references, parameters: model.parameters, scaler: model.scaler, array: model.tables(of: nil),
                selection: selection(of: model), threads: threads)
            if let out { try write(tracks, of: references, to: out) }
            let unlabelled = Set(recordings.filter { $0.metadata == nil }.map(\.name))
            if !unlabelled.isEmpty { Console.note("\(unlabelled.count) of \(recordings.count) recordings have no labels and no scores") }
            let labelled = zip(references, tracks).filter { !unlabelled.contains($0.0.name) }
            guard !labelled.isEmpty else { return try batch.finish() }
            let report = Evaluation.score(labelled.map(\.0), tracks: labelled.map(\.1), by: azimuth ? .azimuth : .direction)
            print(json ? report.json : report.table(perRecording: perRecording), terminator: json ? "\n" : "")
            try batch.finish()
        }
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
                expected: "\(dataset)/metadata_eval/\(recordings[0].name).csv, or --out for tracks without scores"
            )
        }
        return recordings
    }

    private func selection(of model: ModelFile) -> TrackSelection {
        if !model.hasActivity, !allOutputs {
            Console.note("\(self.model) was trained on directions only: every output counts as a track")
        }
        return allOutputs || !model.hasActivity ? .everyOutput : .gated(model.gate)
    }

    private func loadModel() throws -> ModelFile {
        do {
            return try ModelFile.load(model)
        } catch {
            throw Failure(error)
        }
    }

    /// Locks the folder of the tracks against other processes until they are written; nil without --out.
    private func lockTracks() throws -> FolderLock? {
        guard let out else { return nil }
        if let name = TrackFiles.labelFolder(out) {
            throw Failure(
                .configuration,
                "--out: expected a folder for tracks, found \(out), whose name, \(name), is reserved for a data set's labels")
        }
        return try FolderLock(folder: out)
    }

    private func write(_ tracks: [[[LabelledDirection]]], of recordings: [ReferenceRecording], to folder: String) throws {
        let older = Set(try Folder.names(in: folder).filter { $0.hasSuffix(".csv") }).subtracting(recordings.map { "\($0.name).csv" })
        if let first = older.min() {
            Console.note("\(folder): \(older.count) csv files of other recordings, such as \(first), are left unchanged")
        }
        for (recording, blocks) in zip(recordings, tracks) {
            try MetadataCSV(tracks: blocks).write(to: "\(folder)/\(recording.name).csv")
        }
    }
}
