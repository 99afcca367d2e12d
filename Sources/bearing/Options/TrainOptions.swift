import ArgumentParser
import Dataset
import Features
import Losses
import Networks
import Options
import Training

/// Options of `train`: a configuration file, and options that override it. A default in a help text is that of a run without a
/// file.
struct TrainOptions: ParsableArguments {
    private static let defaults = TrainingConfiguration().settings
    private static let assignment = AssignmentLossSettings()
    private static let tracking = TrackingLossSettings()

    private static func kinds(_ isAmbisonic: Bool) -> String {
        FeatureKind.allCases.filter { $0.isAmbisonic == isAmbisonic }.map(\.rawValue).joined(separator: ", ")
    }

    @Option(help: ArgumentHelp("Configuration file (config/training.toml explains every key).", valueName: "file"))
    var config: String?
    @Option(help: ArgumentHelp("Folder of the data set, with foa_dev/ or mic_dev/, and metadata_dev/.", valueName: "dir"))
    var dataset: String?
    @Option(
        help: ArgumentHelp(
            "Further data set whose training folds are added, such as one made by `bearing augment`; may be repeated.",
            valueName: "dir"))
    var extra: [String] = []
    @Option(help: "Folds to train on, such as 1, 3-6 or 1,3-6 (default: \(TrainingConfiguration().folds.training)).")
    var trainFolds: String?
    @Option(help: "Folds to validate on (default: \(TrainingConfiguration().folds.validation)).")
    var validationFolds: String?
    @Option(help: "Microphone format: foa or mic (default: foa).")
    var format: String?
    @Option(help: ArgumentHelp("Initial model (default: random parameters).", valueName: "file"))
    var initial: String?
    @Option(help: ArgumentHelp("Teacher model whose outputs are learnt besides the labels.", valueName: "file"))
    var teacher: String?
    @Option(help: "Features. For foa: \(kinds(true)); for mic: \(kinds(false)) (default: the first of these).")
    var features: String?
    @Option(help: "Form: live (causal, for the daemon) or paper (bidirectional, offline) (default: live).")
    var form: String?
    @Option(help: "Filters of each convolution (default: \(defaults.architecture.filters)).")
    var filters: Int?
    @Option(help: "Units of each recurrent layer (default: \(defaults.architecture.gruWidth)).")
    var gruWidth: Int?
    @Option(help: "Sources that the network can report at once, 1 to 4 (default: \(defaults.architecture.maximumTracks)).")
    var maxTracks: Int?
    @Option(help: "Look-ahead of the network in blocks of 100 ms (default: 0).")
    var lookAhead: Int?
    @Option(help: "Number of epochs, each followed by a validation (default: \(defaults.epochs)).")
    var epochs: Int?
    @Option(help: "Steps of one epoch (default: \(defaults.stepsPerEpoch)).")
    var stepsPerEpoch: Int?
    @Option(help: "Stop after this many epochs without a better validation MOTA; 0: never (default: \(defaults.patience)).")
    var patience: Int?
    @Option(help: "Sequences in a batch (default: \(defaults.batch)).")
    var batch: Int?
    @Option(help: "Blocks of 100 ms in a sequence (default: \(defaults.blocks)).")
    var blocks: Int?
    @Option(help: "Loss: \(LossSettings.Kind.names); `kind` in config/training.toml explains them (default: assignment).")
    var loss: String?
    @Option(help: "Loss assignment: blocks for which an assignment is fixed; 0: the whole sequence (default: \(assignment.window ?? 0)).")
    var window: Int?
    @Option(help: "Weight of the activity term (default: \(assignment.activityWeight)).")
    var activityWeight: Double?
    @Option(help: "Loss tracking: weight of the squared error without association (default: \(tracking.squaredErrorWeight)).")
    var mseWeight: Double?
    @Option(help: "Loss tracking: weight of dMOTp (default: \(tracking.positionWeight)).")
    var motpWeight: Double?
    @Option(help: "Loss tracking: weight of dMOTa (default: \(tracking.trackingWeight)).")
    var motaWeight: Double?
    @Option(help: "Loss tracking: weight of an identity switch within dMOTa (default: \(tracking.switchWeight)).")
    var switchWeight: Double?
    @Option(help: "Loss tracking: share of the gradient through the association, 0 to 1 (default: \(tracking.associationGradient)).")
    var associationGradient: Double?
    @Option(help: "Loss tracking: association with sources, hnet, exact or sinkhorn (default: \(tracking.association.rawValue)).")
    var association: String?
    @Option(help: "Association sinkhorn: temperature in the first step (default: \(tracking.sinkhornStart)).")
    var sinkhornStart: Double?
    @Option(help: "Association sinkhorn: temperature in the last step (default: \(tracking.sinkhornEnd)).")
    var sinkhornEnd: Double?
    @Option(help: ArgumentHelp("Loss tracking: Hungarian network (default: the shipped one).", valueName: "file"))
    var hnet: String?
    @Option(help: "Learning rate of Adam after the warm-up (default: \(defaults.learningRate)).")
    var learningRate: Double?
    @Option(help: "Schedule of the learning rate: cosine, constant or plateau (default: \(defaults.schedule.rawValue)).")
    var schedule: String?
    @Option(
        parsing: .unconditional,
        help: "Lowest gain in dB of the random level (default: \(defaults.augmentation.gain.lowerBound)).")
    var gainMin: Double?
    @Option(
        parsing: .unconditional,
        help: "Highest gain in dB of the random level (default: \(defaults.augmentation.gain.upperBound)).")
    var gainMax: Double?
    @Flag(
        inversion: .prefixedNo,
        help: "Rotate or reflect each sequence at random: 16 symmetries of FOA, or those of the mic array (default: yes).")
    var rotations: Bool?
    @Option(help: "Groups of adjacent mel bands masked in each sequence (default: \(defaults.augmentation.masks)).")
    var masks: Int?
    @Option(help: "Share of sequences that are sums of two ov1 recordings of a room (default: 0).")
    var mix: Double?
    @Option(help: "Random seed (default: \(defaults.seed)).")
    var seed: Int?
    @Option(help: "Threads; each batch is split between them (default: \(defaults.threads)).")
    var threads: Int?
    @Option(help: "Licence to write into the model; the data set's licence may restrict it.")
    var licence: String?
    @Option(help: ArgumentHelp("Folder for extracted features (default: in the run's folder).", valueName: "dir"))
    var cache: String?

    /// The configuration file, with the options applied to it.
    /// - Throws: all faults of both at once.
    func configuration() throws(ConfigurationError) -> TrainingConfiguration {
        try TrainingConfiguration(file: config, options: given)
    }

    /// The given options, with the keys that they set.
    private var given: [CommandLineOption] {
        var given: [CommandLineOption] = []
        func add(_ section: String, _ key: String, _ value: OptionValue?, as name: String? = nil) {
            guard let value else { return }
            let option = name ?? "--" + key.replacing("_", with: "-")
            given.append(CommandLineOption(option, section: section, key: key, value))
        }
        add("network", "form", form.map(OptionValue.text))
        add("network", "filters", filters.map(OptionValue.integer))
        add("network", "gru_width", gruWidth.map(OptionValue.integer))
        add("network", "max_tracks", maxTracks.map(OptionValue.integer))
        add("network", "look_ahead", lookAhead.map(OptionValue.integer))
        add("network", "features", features.map(OptionValue.text))
        add("network", "initial", initial.map(OptionValue.text))
        add("data", "dataset", dataset.map(OptionValue.text))
        add("data", "extra", extra.isEmpty ? nil : .array(extra.map(OptionValue.text)))
        add("data", "train_folds", trainFolds.map(OptionValue.text))
        add("data", "validation_folds", validationFolds.map(OptionValue.text))
        add("data", "format", format.map(OptionValue.text))
        add("data", "cache", cache.map(OptionValue.text))
        add("training", "epochs", epochs.map(OptionValue.integer))
        add("training", "steps_per_epoch", stepsPerEpoch.map(OptionValue.integer))
        add("training", "batch", batch.map(OptionValue.integer))
        add("training", "blocks", blocks.map(OptionValue.integer))
        add("training", "seed", seed.map(OptionValue.integer))
        add("training", "threads", threads.map(OptionValue.integer))
        add("training", "licence", licence.map(OptionValue.text))
        add("optimizer", "learning_rate", learningRate.map(OptionValue.number))
        add("optimizer", "schedule", schedule.map(OptionValue.text))
        add("stopping", "patience", patience.map(OptionValue.integer))
        add("augmentation", "gain_min", gainMin.map(OptionValue.number))
        add("augmentation", "gain_max", gainMax.map(OptionValue.number))
        add("augmentation", "rotations", rotations.map(OptionValue.flag))
        add("augmentation", "masks", masks.map(OptionValue.integer))
        add("augmentation", "mix", mix.map(OptionValue.number))
        add("loss", "teacher", teacher.map(OptionValue.text))
        add("loss", "window", window.map(OptionValue.integer))
        add("loss", "activity_weight", activityWeight.map(OptionValue.number))
        add("loss", "kind", loss.map(OptionValue.text), as: "--loss")
        add("loss", "mse_weight", mseWeight.map(OptionValue.number))
        add("loss", "motp_weight", motpWeight.map(OptionValue.number))
        add("loss", "mota_weight", motaWeight.map(OptionValue.number))
        add("loss", "switch_weight", switchWeight.map(OptionValue.number))
        add("loss", "association_gradient", associationGradient.map(OptionValue.number))
        add("loss", "association", association.map(OptionValue.text))
        add("loss", "sinkhorn_start", sinkhornStart.map(OptionValue.number))
        add("loss", "sinkhorn_end", sinkhornEnd.map(OptionValue.number))
        add("loss", "hnet", hnet.map(OptionValue.text))
        return given
    }
}
