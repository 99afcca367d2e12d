import ArgumentParser
import Features
import Formats
import Foundation
import Tracking
import Training

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a model on a data set in the TAU-NIGENS layout.",
        discussion: """
            Runs the model over every recording of some folds and scores its gated tracks, with both metric sets \
            and 95 % confidence intervals by jackknife over recordings: bearing score --help explains the columns.

            Example: bearing evaluate --model models/foa-live.safetensors --dataset scenes --folds 1
            """)

    @Option(help: ArgumentHelp("The model to score.", valueName: "file"))
    var model: String
    @Option(help: ArgumentHelp("The data set's folder, with foa_dev/ or mic_dev/, and metadata_dev/.", valueName: "dir"))
    var dataset: String
    @Option(help: "Folds to score, separated by commas.")
    var folds = "1"
    @Option(help: ArgumentHelp("Write the model's tracks there, a csv file for each recording.", valueName: "dir"))
    var out: String?
    @Option(help: ArgumentHelp("Keep the extracted features there; default: a temporary folder.", valueName: "dir"))
    var cache: String?
    @Option(help: "Threads.")
    var threads = 2
    @Flag(help: "Count every output in every block as a track, as a model without activity is scored.")
    var allOutputs = false
    @Flag(help: "A line for each recording too.")
    var perRecording = false
    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
        let folds = try foldNumbers()
        guard threads >= 1 else { throw ValidationError("--threads: expected at least 1, found \(threads)") }
        try Failure.reporting {
            let model = try loadModel()
            let format: DatasetFormat = model.features == .foaIntensity ? .foa : .mic
            let recordings = try DatasetLayout(root: dataset, format: format).development(folds: folds)
            let temporary = cache == nil ? NSTemporaryDirectory() + "bearing-evaluate-\(UUID().uuidString)" : nil
            defer { if let temporary { try? FileManager.default.removeItem(atPath: temporary) } }
            var progress = ProgressBar("features")
            let (references, warnings) = try TrainingData.references(
                recordings, kind: model.features, cache: cache ?? temporary!, threads: threads
            ) { progress.update($0) }
            progress.finish()
            for warning in warnings { Console.note(warning) }
            let tracks = Evaluation.tracks(
                of: references, parameters: model.parameters, scaler: model.scaler,
                selection: selection(of: model), threads: threads)
            if let out { try write(tracks, of: references, to: out) }
            let report = Evaluation.score(references, tracks: tracks)
            print(json ? report.json : report.table(perRecording: perRecording), terminator: json ? "\n" : "")
        }
    }

    private func selection(of model: ModelFile) -> TrackSelection {
        if !model.tellsActivity, !allOutputs {
            Console.note("\(self.model) was trained on directions alone: every output counts as a track")
        }
        return allOutputs || !model.tellsActivity ? .everyOutput : .gated(model.gate)
    }

    private func loadModel() throws -> ModelFile {
        do {
            return try ModelFile.load(model)
        } catch {
            throw Failure(error)
        }
    }

    private func foldNumbers() throws -> [Int] {
        let numbers = folds.split(separator: ",").map { Int($0) }
        guard !numbers.isEmpty, numbers.allSatisfy({ $0 != nil }) else {
            throw ValidationError("--folds: expected numbers separated by commas, such as 3,4, found \(folds)")
        }
        return numbers.compactMap { $0 }
    }

    private func write(_ tracks: [[[LabelledDirection]]], of recordings: [ReferenceRecording], to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (recording, blocks) in zip(recordings, tracks) {
            try MetadataCSV(tracks: blocks).write(to: "\(folder)/\(recording.name).csv")
        }
    }
}
