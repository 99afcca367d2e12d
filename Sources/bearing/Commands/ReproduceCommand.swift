import ArgumentParser
import Audio
import Dataset
import Files
import Formats
import Glibc
import Losses
import Networks
import Reproduction
import Synchronization
import Tracking
import Training

struct ReproduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Reproduces a table of a paper.", subcommands: [Table1.self])

    struct Table1: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "table1",
            abstract: "Table I of Adavanne, Politis and Virtanen (WASPAA 2021): five losses, two formats.",
            discussion: """
                Trains the paper's network with MSE, dMOTp, and with augmentation dMOTp, dMOTp+Act and dMOTp+dMOTa+Act. Fold 2 selects epoch \
                and gate, fold 1 gives the scores. Writes the table with the paper's figures (table1.md), all figures as JSON (table1.json) and the \
                training curves (curves-foa.svg, curves-mic.svg). Each finished training is a file in results/. After an interruption the same \
                command continues after the last finished epoch.

                full is the paper's training: 128 filters, batches of 64, 200 epochs (several days on two cores). quick uses \
                less data: 24 epochs of 500 batches of 16 (at most 12 hours on two cores). Further options override the preset. \
                Two commands, one for each format, may share a folder; the one that finds all results writes the table.

                Example: bearing reproduce table1 --dataset tau-nigens --preset quick --out table1
                """)

        enum Preset: String, ExpressibleByArgument, CaseIterable {
            case full, quick
        }

        @Option(help: ArgumentHelp("The data set's folder, in the layout of TAU-NIGENS 2020.", valueName: "dir"))
        var dataset: String
        @Option(help: ArgumentHelp("Folder for trainings, results and the table.", valueName: "dir"))
        var out = "table1"
        @Option(help: "Size of the training: full or quick.")
        var preset = Preset.quick
        @Option(help: "Microphone format: foa, mic or both.")
        var format = SynthCommand.Format.both
        @Option(help: "Number of seeds for the two rows with activity; the other rows use one.")
        var seeds = 1
        @Option(help: "Filters of each convolution (128).")
        var filters: Int?
        @Option(help: "Epochs.")
        var epochs: Int?
        @Option(help: "Steps of one epoch (full: as many as the recordings have sequences).")
        var stepsPerEpoch: Int?
        @Option(help: "Sequences of 5 s in a batch.")
        var batch: Int?
        @Option(help: "Learning rate of Adam.")
        var learningRate: Float?
        @Option(help: "Weight of dMOTp.")
        var motpWeight = Self.weights.positionWeight
        @Option(help: "Weight of dMOTa.")
        var motaWeight = Self.weights.trackingWeight
        @Option(help: "Weight of the activity term.")
        var activityWeight = Self.weights.activityWeight
        @Option(help: "Association of outputs with sources: the paper's hnet, exact (passes no gradient), or sinkhorn.")
        var association = Self.weights.association
        @Option(help: "Share of the gradient that passes through the association, 0 to 1; 1 for sinkhorn.")
        var associationGradient = Self.weights.associationGradient
        @Option(help: "Association sinkhorn: temperature in the first step.")
        var sinkhornStart = Self.weights.sinkhornStart
        @Option(help: "Association sinkhorn: temperature in the last step.")
        var sinkhornEnd = Self.weights.sinkhornEnd
        @Option(parsing: .upToNextOption, help: "Rows to train, such as augmented-motp-act (default: all five).")
        var rows: [TableRow] = []
        @Option(help: "Threads; each batch is split between them.")
        var threads = 2
        @Option(help: ArgumentHelp("Hungarian network (default: the shipped one).", valueName: "file"))
        var hnet: String?

        /// The weights of docs/table1.md: dMOTa lowers activities, so they get a term of their own.
        private static let weights = {
            var weights = TrackingLossSettings()
            weights.trackingWeight = 0.1
            return weights
        }()

        func validate() throws {
            guard (1...99).contains(seeds) else { throw ValidationError("--seeds: expected 1 to 99, found \(seeds)") }
            for (name, value) in [("filters", filters), ("epochs", epochs), ("steps-per-epoch", stepsPerEpoch), ("batch", batch)] {
                if let value, value < 1 { throw ValidationError("--\(name): expected at least 1, found \(value)") }
            }
            guard threads >= 1 else { throw ValidationError("--threads: expected at least 1, found \(threads)") }
            guard (0...1).contains(associationGradient) else {
                throw ValidationError("--association-gradient: expected 0 to 1, found \(associationGradient)")
            }
            let temperatures = TrackingLossSettings.temperatures
            for (name, value) in [("start", sinkhornStart), ("end", sinkhornEnd)] where !temperatures.contains(value) {
                throw ValidationError(
                    "--sinkhorn-\(name): expected \(temperatures.lowerBound) to \(temperatures.upperBound), found \(value)")
            }
            guard sinkhornEnd <= sinkhornStart else {
                throw ValidationError("--sinkhorn-end: expected at most --sinkhorn-start, \(sinkhornStart), found \(sinkhornEnd)")
            }
            for (name, value) in [("motp", motpWeight), ("mota", motaWeight), ("activity", activityWeight)] where !(value > 0) {
                throw ValidationError("--\(name)-weight: expected a number above 0, found \(value)")
            }
        }

        func run() throws {
            try Failure.reporting {
                try Folder.makeWritable(out)
                let network = try HungarianFile.load(try hnet ?? Resources.find(Resources.hungarianNetwork(2)))
                let asked = Reproduction(settings: settings, dataset: dataset, folder: out, hungarian: network)
                let view = Mutex(ReproductionView())
                let results = try asked.run { event in view.withLock { $0.show(event) } }
                // Another command may have left results of the other format here, with these settings or others.
                var whole = settings
                whole.formats = DatasetFormat.allCases
                let both = Reproduction(settings: whole, dataset: dataset, folder: out, hungarian: network)
                let found = (try? both.finishedResults()) ?? []
                try found.count == both.cells.count ? write(found, of: whole) : write(results, of: settings)
            }
        }

        private func write(_ results: [TableResult], of settings: Reproduction.Settings) throws {
            let report = TableReport(results: results, settings: settings, command: commandLine(settings))
            try WholeFile.write(Array(report.markdown.utf8), to: "\(out)/table1.md")
            try WholeFile.write(Array(report.json.utf8), to: "\(out)/table1.json")
            for format in settings.formats {
                try WholeFile.write(
                    Array(try report.curves(format, folder: out).utf8), to: "\(out)/curves-\(format.rawValue).svg")
            }
            print(report.markdown)
        }

        /// The command that reproduces the table: only options that differ from their defaults.
        private func commandLine(_ settings: Reproduction.Settings) -> String {
            var words = ["bearing reproduce table1 --dataset \(PathName.last(Folder.absolute(dataset))) --preset \(preset)"]
            if settings.formats.count < 2 { words.append("--format \(format)") }
            if seeds > 1 { words.append("--seeds \(seeds)") }
            if let filters { words.append("--filters \(filters)") }
            if let epochs { words.append("--epochs \(epochs)") }
            if let stepsPerEpoch { words.append("--steps-per-epoch \(stepsPerEpoch)") }
            if let batch { words.append("--batch \(batch)") }
            if let learningRate { words.append("--learning-rate \(learningRate)") }
            if motpWeight != Self.weights.positionWeight { words.append("--motp-weight \(motpWeight)") }
            if motaWeight != Self.weights.trackingWeight { words.append("--mota-weight \(motaWeight)") }
            if activityWeight != Self.weights.activityWeight { words.append("--activity-weight \(activityWeight)") }
            if association != Self.weights.association { words.append("--association \(association.rawValue)") }
            if associationGradient != Self.weights.associationGradient { words.append("--association-gradient \(associationGradient)") }
            if sinkhornStart != Self.weights.sinkhornStart { words.append("--sinkhorn-start \(sinkhornStart)") }
            if sinkhornEnd != Self.weights.sinkhornEnd { words.append("--sinkhorn-end \(sinkhornEnd)") }
            if !rows.isEmpty { words.append("--rows \(settings.rows.map(\.rawValue).joined(separator: " "))") }
            if threads != 2 { words.append("--threads \(threads)") }
            return words.joined(separator: " ")
        }

        private var settings: Reproduction.Settings {
            var training = TrainingSettings(
                architecture: DOAnetArchitecture(form: .paper, channels: 7, filters: filters ?? 128, gruWidth: 128))
            // The paper augments with mixtures only, not with level or rotation.
            training.augmentation = .none
            training.blocks = 50
            training.threads = threads
            switch preset {
            case .full:
                training.batch = batch ?? 64
                training.epochs = epochs ?? 200
                training.stepsPerEpoch = stepsPerEpoch ?? training.stepsPerEpoch
            case .quick:
                training.batch = batch ?? 16
                training.epochs = epochs ?? 24
                training.stepsPerEpoch = stepsPerEpoch ?? 500
            }
            training.learningRate = learningRate ?? 1e-3
            var settings = Reproduction.Settings(training: training)
            settings.isEpochOnePass = preset == .full && stepsPerEpoch == nil
            settings.weights.positionWeight = motpWeight
            settings.weights.trackingWeight = motaWeight
            settings.weights.activityWeight = activityWeight
            settings.weights.association = association
            settings.weights.associationGradient = associationGradient
            settings.weights.sinkhornStart = sinkhornStart
            settings.weights.sinkhornEnd = sinkhornEnd
            if !rows.isEmpty { settings.rows = TableRow.allCases.filter(rows.contains) }
            settings.formats = format.formats.map { $0 == .foa ? .foa : .mic }
            settings.seeds = (1...seeds).map(UInt64.init)
            return settings
        }
    }
}

/// Reports progress: a progress bar for the training under way, a line for each that is done.
private struct ReproductionView {
    private var bar: ProgressBar?
    private var label = ""
    private var stepsPerEpoch = 1

    mutating func show(_ event: Reproduction.Event) {
        switch event {
        case .mixing(let fraction): update("mixing", fraction)
        case .features(let fraction): update("features", fraction)
        case .started(let cell, let remaining):
            line("\(cell.name): \(remaining) trainings left")
            label = cell.name
        case .step(let step):
            let left = Double(step.steps - step.step - 1) / Double(step.steps)
            update(label, 1 - left, note: "loss \(step.loss.formatted(3)), \(step.speed.formatted(0)) audio-s/s")
        case .epoch: break
        case .finished(let result, let wasThere):
            let scores = result.scores.pooled
            line(
                "\(result.cell.name): LE \((scores.paper.localizationError ?? .nan).formatted(1)), "
                    + "LR \((scores.paper.recall ?? .nan).formatted(1)), MOTA \((scores.clear.mota ?? .nan).formatted(1))"
                    + (wasThere ? " (already done)" : ""))
        case .note(let text):
            bar?.finish()
            Console.note(text)
        }
    }

    private mutating func update(_ name: String, _ fraction: Double, note: String = "") {
        if bar == nil || label != name {
            bar?.finish()
            bar = ProgressBar(name)
            label = name
        }
        bar?.update(fraction, note: note)
    }

    private mutating func line(_ text: String) {
        bar?.finish()
        bar = nil
        print(text)
        StandardOutput.shared.flush()
    }
}
