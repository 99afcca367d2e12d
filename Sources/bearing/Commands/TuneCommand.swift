import ArgumentParser
import Dataset
import Evaluation
import Features
import Files
import Formats
import Tracking
import Training

struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Chooses the thresholds of a model's gate on validation recordings.",
        discussion: """
            Tries values for the thresholds of the gate, one threshold after another, and keeps those with the highest \
            sum of MOTA and IDF1. The network itself is not changed.

            Example: bearing tune --model runs/foa/model.safetensors --dataset scenes --out foa.safetensors
            """)

    @Option(help: ArgumentHelp("The model to tune.", valueName: "file"))
    var model: String
    @Option(help: ArgumentHelp("A data set's folder; may be repeated.", valueName: "dir"))
    var dataset: [String]
    @Option(help: "Validation folds, such as 2, 3-6 or 1,3-6.")
    var folds = "2"
    @Option(help: "Type of the weights in the file, to which they are rounded first: f32 or f16 (default: as in the model).")
    var weights: WeightType?
    @Option(help: ArgumentHelp("File to write the tuned model to.", valueName: "file"))
    var out: String
    @Option(help: ArgumentHelp("Folder for extracted features.", valueName: "dir"))
    var cache = "features"
    @OptionGroup var threads: ThreadOptions

    func run() throws {
        guard !dataset.isEmpty else { throw ValidationError("--dataset: expected a data set's folder, found none") }
        let folds = try FoldOption.folds(folds, option: "--folds")
        try Failure.reporting {
            try WholeFile.checkWritable(out)
            let loaded = try ModelFile.load(model)
            let file = try loaded.with(weights: weights ?? loaded.weights)
            let format: DatasetFormat = file.features.isAmbisonic ? .foa : .mic
            let layouts = dataset.map { DatasetLayout(root: $0, format: format) }
            var progress = ProgressBar("features")
            let references = try TrainingData.validation(
                of: layouts, folds: folds, kind: file.features, cache: cache, threads: threads.count
            ) { progress.update($0) }
            progress.finish()
            for warning in references.warnings { Console.note(warning) }
            for layout in layouts { try layout.noteArray(of: file) }
            let tuning = GateTuning(model: file, recordings: references.recordings, threads: threads.count)
            var trials = ProgressBar("trials")
            let (gate, scores) = tuning.best(from: file.gate) { scores in
                trials.update(nil, note: "MOTA \((scores.pooled.clear.mota ?? .nan).formatted(1))")
            }
            trials.finish()
            var facts = file.facts
            if let mota = scores.pooled.clear.mota { facts["validation.MOTA"] = mota.formatted(2) }
            facts["gate"] = "tuned on \(references.recordings.count) recordings"
            try file.with(gate: gate, facts: facts).save(to: out)
            print(scores.table(), terminator: "")
            print(
                "gate: open at \(gate.openThreshold) for \(gate.openBlocks) blocks, stay at \(gate.stayThreshold), "
                    + "coast \(gate.coastBlocks), recall within \(gate.recallBlocks), jump \(gate.jumpDegrees), duplicates within \(gate.duplicateDegrees) degrees, "
                    + "smoothing \(gate.smoothing), refinement \(gate.refinement)")
        }
    }
}
