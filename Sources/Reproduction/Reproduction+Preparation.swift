import Dataset
import Files
import Formats
import Training

// Requirements are checked before the first training, not after it.

extension Reproduction {
    /// Checks the requirements of all missing results, the fast checks of all formats first; then mixes recordings, extracts
    /// features, and opens trainings to be resumed.
    /// - Parameter digests: of the recordings of each format.
    /// - Throws: an error for each requirement that is missing or does not match.
    func prepare(_ digests: [DatasetFormat: String], _ report: @escaping Report) throws {
        let missing = try cells.filter { try finished($0, digests) == nil }
        let formats = settings.formats.filter { format in missing.contains { $0.format == format } }
        for cell in missing {
            let training = training(cell)
            try training.validate()
            try TrainingRun.check(hungarian.parameters, for: training)
        }
        for format in formats {
            let layout = DatasetLayout(root: dataset, format: format)
            for folds in [DatasetLayout.trainingFolds, DatasetLayout.validationFolds, DatasetLayout.testFolds] {
                for recording in try layout.development(folds: folds).recordings {
                    _ = try Recording.reader(of: recording.audio, isAmbisonic: format == .foa)
                }
            }
            if missing.contains(where: { $0.format == format && $0.row.isAugmented }), try mixing(format).partners == .any {
                report(
                    .note(
                        "\(dataset): no room has two recordings of one source and one of two, so mixtures combine recordings of different rooms"
                    ))
            }
        }
        try Folder.makeWritable("\(folder)/results")
        for format in formats {
            _ = try test(format, report)
            for isAugmented in [false, true] {
                let cells = missing.filter { $0.format == format && $0.row.isAugmented == isAugmented }
                if cells.isEmpty { continue }
                let data = try data(format, isAugmented: isAugmented, report)
                for warning in data.warnings { report(.note(warning)) }
                for cell in cells where hasBegun(cell) { _ = try makeRun(cell, on: data) }
            }
        }
    }

    /// Settings of mixtures: within rooms, or within folds if no room has the required recordings, as in scenes with one room
    /// each.
    /// - Throws: a data set that cannot be mixed.
    func mixing(_ format: DatasetFormat) throws -> MixtureWriter.Settings {
        var mixing = MixtureWriter.Settings()
        mixing.formats = [format]
        mixing.times = settings.mixtures
        mixing.threads = settings.training.threads
        mixing.resumes = true
        do {
            try MixtureWriter.check(dataset: dataset, settings: mixing)
        } catch TrainingError.noPairs {
            mixing.partners = .any
            try MixtureWriter.check(dataset: dataset, settings: mixing)
        }
        return mixing
    }

    func test(_ format: DatasetFormat, _ report: @escaping Report) throws -> [ReferenceRecording] {
        let layout = DatasetLayout(root: dataset, format: format)
        return try TrainingData.references(
            layout.development(folds: DatasetLayout.testFolds).recordings, kind: Self.kind(format), cache: "\(folder)/features",
            threads: settings.training.threads
        ) { report(.features($0)) }.recordings
    }

    func makeRun(_ cell: TableCell, on data: TrainingData) throws -> TrainingRun {
        var training = training(cell)
        if settings.isEpochOnePass {
            let blocks = data.training.reduce(0) { $0 + $1.blocks }
            training.stepsPerEpoch = max(1, blocks / (training.batch * training.blocks))
        }
        let folder = runFolder(cell)
        return try TrainingRun(
            settings: training, data: data, folder: folder, hungarian: hungarian.parameters, lock: FolderLock(folder: folder))
    }

    private func hasBegun(_ cell: TableCell) -> Bool { Folder.isFolder(runFolder(cell)) }

    private func runFolder(_ cell: TableCell) -> String { "\(folder)/runs/\(cell.name)" }
}
