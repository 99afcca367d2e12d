import ArgumentParser
import Features
import Formats
import Glibc
import Networks
import Tracking
import Training

/// What a run learns from; see `LossSettings`.
enum LossKind: String, ExpressibleByArgument, CaseIterable {
    case assignment, tracking
}

struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a network on a data set in the TAU-NIGENS layout.",
        discussion: """
            Folds 3 to 6 train, fold 2 validates. The run's folder keeps the best model (model.safetensors), a checkpoint \
            from which the same command goes on, and log.jsonl. The same seed, settings and number of threads give the \
            same model.

            Example: bearing train --dataset scenes --out runs/foa --epochs 20
            """)

    @Option(help: ArgumentHelp("The data set's folder, with foa_dev/ or mic_dev/, and metadata_dev/.", valueName: "dir"))
    var dataset: String
    @Option(help: ArgumentHelp("Where the model, the checkpoint and the log go.", valueName: "dir"))
    var out: String
    @Option(help: "Microphone format: foa or mic.")
    var format = DatasetFormat.foa
    @Option(help: ArgumentHelp("Go on from this model instead of random parameters.", valueName: "file"))
    var initial: String?
    @Option(help: "Features of the mic format: mic-gcc-phat or mic-phase.")
    var features: FeatureKind?
    @Option(help: "live (causal, for the daemon) or paper (bidirectional, offline).")
    var form = DOAnetArchitecture.Form.live
    @Option(help: "Filters of each convolution.")
    var filters = 128
    @Option(help: "Units of each recurrent layer.")
    var gruWidth = 128
    @Option(help: "Sources at once that the network can tell, 1 to 4.")
    var maxTracks = 2
    @Option(help: "Blocks of 100 ms that the network may wait before it answers.")
    var lookAhead = 0
    @Option(help: "Epochs; each ends with a validation.")
    var epochs = 20
    @Option(help: "Steps of one epoch.")
    var stepsPerEpoch = 250
    @Option(help: "Sequences in a batch.")
    var batch = 32
    @Option(help: "Blocks of 100 ms in a sequence.")
    var blocks = 50
    @Option(help: "assignment (exact, over a window of blocks) or tracking (the paper's dMOTp, dMOTa and activity).")
    var loss = LossKind.assignment
    @Option(help: "Loss assignment: blocks over which an assignment must hold; 0 for the whole sequence.")
    var window = 20
    @Option(help: "Weight of the activity term.")
    var activityWeight = 1.0
    @Option(help: "Loss tracking: weight of the mean square error without association.")
    var mseWeight = 0.0
    @Option(help: "Loss tracking: weight of dMOTp.")
    var motpWeight = 1.0
    @Option(help: "Loss tracking: weight of dMOTa.")
    var motaWeight = 1.0
    @Option(help: "Loss tracking: weight of an identity switch within dMOTa.")
    var switchWeight = 1.0
    @Option(help: "Loss tracking: predictions tied to references by hnet or exact.")
    var association = TrackingLossSettings.Association.hnet
    @Option(help: ArgumentHelp("Loss tracking: the Hungarian network; default: the one that ships.", valueName: "file"))
    var hnet: String?
    @Option(help: "Adam's rate after the warm-up; it falls along a cosine.")
    var learningRate: Float = 1e-3
    @Option(help: "Lowest gain in dB of the random level.")
    var gainMin: Float = -36
    @Option(help: "Highest gain in dB of the random level.")
    var gainMax: Float = 12
    @Flag(inversion: .prefixedNo, help: "Draw one of the 16 rotations of FOA for each sequence.")
    var rotations = true
    @Option(help: "Runs of mel bands masked in each sequence.")
    var masks = 0
    @Option(help: "Seed of everything random.")
    var seed: UInt64 = 1
    @Option(help: "Threads; they share each batch.")
    var threads = 2
    @Option(help: "Licence of the model, written into it; that of the data set may bind it.")
    var licence: String?
    @Option(help: ArgumentHelp("Where extracted features are kept; default: the run's folder.", valueName: "dir"))
    var cache: String?

    func run() throws {
        try Failure.reporting {
            var progress = ProgressBar("features")
            let data = try TrainingData(
                layout: DatasetLayout(root: dataset, format: format), kind: try featureKind(), slots: maxTracks,
                cache: cache ?? "\(out)/features", threads: threads
            ) { progress.update($0) }
            progress.finish()
            for warning in data.warnings { Console.note(warning) }
            let run = try TrainingRun(settings: try settings(), data: data, folder: out, initial: try initialModel(),
                hungarian: try settings().loss.needsHungarianNetwork ? HungarianFile.load(hungarianPath()).parameters : nil)
            Console.note(
                "\(data.training.count) training and \(data.validation.count) validation recordings, "
                    + "\(run.parameterCount) parameters"
                    + (run.epoch > 0 ? "; resumed after epoch \(run.epoch)" : ""))
            while !run.isFinished {
                var progress = ProgressBar("epoch \(run.epoch + 1) of \(epochs)")
                let report = try run.runEpoch { step in
                    let left = Double(step.steps - step.step - 1) * Double(batch * blocks) * 0.1 / step.speed
                    progress.update(
                        Double(step.step % stepsPerEpoch + 1) / Double(stepsPerEpoch),
                        note: "loss \(step.loss.formatted(3)), \(step.speed.formatted(0)) audio-s/s, "
                            + "\(ProgressBar.duration(left)) for all epochs")
                }
                progress.finish()
                print(line(report, isBest: run.bestEpoch == report.epoch))
                // An epoch's line is to be seen when the epoch ends, in a log file too.
                fflush(nil)
            }
            if let best = run.bestEpoch { print("best: epoch \(best + 1), \(run.modelPath)") }
        }
    }

    private func hungarianPath() throws -> String { try hnet ?? Resources.find(Resources.hungarianNetwork(maxTracks)) }

    private func lossSettings() -> LossSettings {
        switch loss {
        case .assignment:
            var settings = AssignmentLossSettings()
            settings.window = window == 0 ? nil : window
            settings.activityWeight = activityWeight
            return .assignment(settings)
        case .tracking:
            var settings = TrackingLossSettings()
            settings.association = association
            settings.squaredErrorWeight = mseWeight
            settings.positionWeight = motpWeight
            settings.trackingWeight = motaWeight
            settings.switchWeight = switchWeight
            settings.activityWeight = activityWeight
            return .tracking(settings)
        }
    }

    private func initialModel() throws -> ModelFile? {
        guard let initial else { return nil }
        do {
            return try ModelFile.load(initial)
        } catch {
            throw Failure(error)
        }
    }

    private func line(_ report: EpochReport, isBest: Bool) -> String {
        let (paper, clear) = (report.validation.pooled.paper, report.validation.pooled.clear)
        func figure(_ value: Double?) -> String { (value ?? .nan).formatted(1) }
        let parts = [
            ("squared error", report.loss.squaredError), ("position", report.loss.position),
            ("tracking", report.loss.tracking), ("activity", report.loss.activity),
        ]
        let losses = parts.filter { $0.1 > 0 }.map { "\($0.0) \($0.1.formatted(3))" }
        return "epoch \(report.epoch + 1): \(losses.joined(separator: ", ")); "
            + "validation LE \(figure(paper.localizationError)), LR \(figure(paper.recall)), MOTA \(figure(clear.mota)), IDF1 \(figure(clear.idf1)); "
            + "\(report.speed.formatted(0)) audio-s/s\(isBest ? " *" : "")"
    }

    private func featureKind() throws -> FeatureKind {
        let kind = features ?? (format == .foa ? .foaIntensity : .micGCCPHAT)
        guard (kind == .foaIntensity) == (format == .foa) else {
            throw ValidationError("--features \(kind.rawValue) does not fit --format \(format.rawValue)")
        }
        return kind
    }

    private func settings() throws -> TrainingSettings {
        guard (1...4).contains(maxTracks) else { throw ValidationError("--max-tracks: expected 1 to 4, found \(maxTracks)") }
        guard gainMin <= gainMax else { throw ValidationError("--gain-min: expected at most --gain-max, \(gainMax)") }
        var settings = TrainingSettings(
            architecture: DOAnetArchitecture(
                form: form, channels: try featureKind().channels, filters: filters, gruWidth: gruWidth,
                maximumTracks: maxTracks, lookAhead: lookAhead))
        settings.batch = batch
        settings.blocks = blocks
        settings.epochs = epochs
        settings.stepsPerEpoch = stepsPerEpoch
        settings.loss = lossSettings()
        settings.learningRate = learningRate
        settings.augmentation.gain = gainMin...gainMax
        settings.augmentation.rotations = rotations
        settings.augmentation.masks = masks
        settings.seed = seed
        settings.threads = threads
        settings.licence = licence
        return settings
    }
}

