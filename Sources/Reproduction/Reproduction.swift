public import Dataset
import Evaluation
import Features
import Files
import Fingerprints
public import Formats
import FoundationEssentials
public import Losses
import Networks
import SafeTensors
import Tensor
public import Tracking
public import Training

/// One training of the table: a row, a format, a seed.
public struct TableCell: Codable, Hashable, Sendable {
    public let format: DatasetFormat
    public let row: TableRow
    public let seed: UInt64

    public init(format: DatasetFormat, row: TableRow, seed: UInt64) {
        self.format = format
        self.row = row
        self.seed = seed
    }

    /// Name of its folder and of its result's file.
    public var name: String { "\(format.rawValue)-\(row.rawValue)-seed\(seed)" }
}

/// The result of one training of the table, as stored in its JSON file.
public struct TableResult: Codable, Sendable {
    public let cell: TableCell
    /// Settings and data of the training; a result of other settings is not accepted.
    public let fingerprint: String
    /// Counted from 1.
    public let bestEpoch: Int
    /// Tuned on the validation recordings; nil without activity.
    public let gate: GateSettings?
    /// Scores behind the gate on the test recordings; nil without activity.
    public let gated: MetricsReport?
    /// Scores of every output in every block.
    public let everyOutput: MetricsReport

    public init(
        cell: TableCell, fingerprint: String, bestEpoch: Int, gate: GateSettings?, gated: MetricsReport?,
        everyOutput: MetricsReport
    ) {
        self.cell = cell
        self.fingerprint = fingerprint
        self.bestEpoch = bestEpoch
        self.gate = gate
        self.gated = gated
        self.everyOutput = everyOutput
    }

    /// The scores that represent the row.
    public var scores: MetricsReport { gated ?? everyOutput }
}

/// Trains and scores the cells of Table I, one after another. Each result is a JSON file, so that an interrupted reproduction
/// continues where it stopped (within a cell, after its last epoch).
public struct Reproduction {
    public struct Settings: Sendable {
        /// Settings of every cell; the loss has the weights of all terms, of which each row uses its own.
        public var training: TrainingSettings
        public var weights = TrackingLossSettings()
        public var formats: [DatasetFormat] = DatasetFormat.allCases
        public var rows: [TableRow] = TableRow.allCases
        /// Seeds of the rows with activity, whose difference is compared; the other rows use the first.
        public var seeds: [UInt64] = [1]
        /// Whether an epoch has as many steps as the training recordings have sequences, instead of `training.stepsPerEpoch`.
        public var isEpochOnePass = false
        /// Mixtures for each recording of two sources in the rows with augmentation.
        public var mixtures = 4

        public init(training: TrainingSettings) { self.training = training }
    }

    public enum Event: Sendable {
        case mixing(Double)
        case features(Double)
        case started(TableCell, remaining: Int)
        case step(StepReport)
        case epoch(EpochReport, isBest: Bool)
        case finished(TableResult, wasThere: Bool)
        case note(String)
    }

    /// Called from one thread at a time.
    public typealias Report = @Sendable (Event) -> Void

    public let settings: Settings
    public let dataset: String
    public let folder: String
    let hungarian: HungarianFile

    /// - Parameters:
    ///   - dataset: in the TAU-NIGENS layout; folds 3 to 6 train, 2 validates, 1 tests.
    ///   - folder: for runs, results, mixtures and features.
    public init(settings: Settings, dataset: String, folder: String, hungarian: HungarianFile) {
        self.settings = settings
        self.dataset = dataset
        self.folder = folder
        self.hungarian = hungarian
    }

    /// In order of training: the rows of a format, first seed first, so that a table is complete early.
    public var cells: [TableCell] {
        settings.formats.flatMap { format in
            settings.seeds.enumerated().flatMap { index, seed in
                settings.rows.filter { index == 0 || $0.hasActivity }.map { TableCell(format: format, row: $0, seed: seed) }
            }
        }
    }

    /// Trains and scores the missing cells.
    /// - Returns: the results of all cells, in their order.
    public func run(_ report: @escaping Report) throws -> [TableResult] {
        let plan = cells
        let digests = try digests()
        try prepare(digests, report)
        var results: [TableResult] = []
        var loaded: (format: DatasetFormat, isAugmented: Bool, data: TrainingData)?
        for (index, cell) in plan.enumerated() {
            if let result = try finished(cell, digests) {
                report(.finished(result, wasThere: true))
                results.append(result)
                continue
            }
            if loaded?.format != cell.format || loaded?.isAugmented != cell.row.isAugmented {
                loaded = nil
                loaded = (cell.format, cell.row.isAugmented, try data(cell.format, isAugmented: cell.row.isAugmented, report))
            }
            guard let data = loaded?.data else { continue }
            report(.started(cell, remaining: plan.count - index))
            let result = try train(cell, on: data, fingerprint(cell, digests), report)
            try write(result)
            report(.finished(result, wasThere: false))
            results.append(result)
        }
        return results
    }

    /// Existing results of these settings; nothing is trained.
    public func finishedResults() throws -> [TableResult] {
        let digests = try digests()
        return try cells.compactMap { try finished($0, digests) }
    }

    /// Identifies the recordings of each format.
    private func digests() throws -> [DatasetFormat: String] {
        let folds = DatasetLayout.trainingFolds + DatasetLayout.validationFolds + DatasetLayout.testFolds
        return try Dictionary(
            uniqueKeysWithValues: settings.formats.map { ($0, try DatasetLayout(root: dataset, format: $0).digest(folds: folds)) })
    }

    private func path(of cell: TableCell) -> String { "\(folder)/results/\(cell.name).json" }

    func finished(_ cell: TableCell, _ digests: [DatasetFormat: String]) throws -> TableResult? {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try WholeFile.read(path(of: cell))
        } catch .missing {
            return nil
        }
        guard let result = try? JSONDecoder().decode(TableResult.self, from: Data(bytes)), result.cell == cell else {
            throw TrainingError.inputOutput(file: path(of: cell), problem: "is not a result of this program; delete it to train again")
        }
        let differences = fingerprint(cell, digests).differences(from: Fingerprint(text: result.fingerprint))
        guard differences.isEmpty else {
            throw TrainingError.settings(
                "\(path(of: cell)): expected a result of these settings and data, found one of others (\(differences.summary)): "
                    + "give another --out, or delete it")
        }
        return result
    }

    private func write(_ result: TableResult) throws {
        try Folder.make("\(folder)/results")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try WholeFile.write(Array(try encoder.encode(result)), to: path(of: result.cell))
    }

    private func fingerprint(_ cell: TableCell, _ digests: [DatasetFormat: String]) -> Fingerprint {
        var list = Fingerprint(format: "bearing-table-1")
        var configuration = TrainingConfiguration()
        configuration.settings = training(cell)
        configuration.features = Self.kind(cell.format)
        RunFingerprint.add(configuration, to: &list)
        list.add("data", digests[cell.format] ?? "none")
        list.add("mixtures", cell.row.isAugmented ? "\(settings.mixtures)" : "none")
        list.add("one-pass", "\(settings.isEpochOnePass)")
        list.add("hnet", RunFingerprint.digest(of: [hungarian.parameters.all.readOnly]))
        return list
    }

    func training(_ cell: TableCell) -> TrainingSettings {
        var training = settings.training
        training.architecture.channels = Self.kind(cell.format).channels
        training.loss = .tracking(cell.row.loss(settings.weights))
        training.seed = cell.seed
        return training
    }

    static func kind(_ format: DatasetFormat) -> FeatureKind { format == .foa ? .foaIntensity : .micGCCPHAT }

    func data(
        _ format: DatasetFormat, isAugmented: Bool, _ report: @escaping Report
    ) throws -> TrainingData {
        let layout = DatasetLayout(root: dataset, format: format)
        var extra: [DatasetLayout] = []
        if isAugmented {
            let mixed = "\(folder)/mixtures-\(format.rawValue)"
            try mix(format, into: mixed, report)
            extra.append(DatasetLayout(root: mixed, format: format))
        }
        let data = try TrainingData(
            layout: layout, extra: extra, kind: Self.kind(format),
            slots: settings.training.architecture.maximumTracks, cache: "\(folder)/features",
            threads: settings.training.threads
        ) { report(.features($0)) }
        return data
    }

    private func mix(_ format: DatasetFormat, into mixed: String, _ report: @escaping Report) throws {
        let writer = try MixtureWriter(dataset: dataset, folder: mixed, settings: mixing(format))
        let total = Double(writer.pairs.pairs.count)
        _ = try writer.write(progress: { report(.mixing(Double($0) / total)) })
    }

    private func train(
        _ cell: TableCell, on data: TrainingData, _ fingerprint: Fingerprint, _ report: @escaping Report
    ) throws -> TableResult {
        let run = try makeRun(cell, on: data)
        while !run.isFinished {
            let epoch = try run.runEpoch { report(.step($0)) }
            report(.epoch(epoch, isBest: run.bestEpoch == epoch.epoch))
        }
        let model = try ModelFile.load(run.modelPath)
        let test = try test(cell.format, report)
        func scores(_ selection: TrackSelection) -> MetricsReport {
            Evaluation.score(
                test,
                tracks: Evaluation.tracks(
                    of: test, parameters: model.parameters, scaler: model.scaler, selection: selection,
                    threads: settings.training.threads))
        }
        let gate = try model.hasActivity ? tuned(model, on: data, in: run.folder) : nil
        return TableResult(
            cell: cell, fingerprint: fingerprint.text, bestEpoch: (run.bestEpoch ?? 0) + 1, gate: gate,
            gated: gate.map { scores(.gated($0)) }, everyOutput: scores(.everyOutput))
    }

    /// Tunes the gate of a model on the validation recordings, and writes a copy of the model with it.
    private func tuned(_ model: ModelFile, on data: TrainingData, in folder: String) throws -> GateSettings {
        let tuning = GateTuning(model: model, recordings: data.validation, threads: settings.training.threads)
        let gate = tuning.best(from: model.gate) { _ in }.gate
        try model.with(gate: gate, facts: model.facts).save(to: "\(folder)/tuned.safetensors")
        return gate
    }
}
