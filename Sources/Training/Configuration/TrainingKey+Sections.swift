import Dataset
import Features
import Networks
import Options

/// One key of a training's configuration.
typealias TrainingKey = OptionKey<TrainingDraft>

extension TrainingKey {
    /// Every key, in the order of the file.
    static var sections: [OptionSection<TrainingDraft>] {
        [
            OptionSection("network", keys: network), OptionSection("data", keys: data), OptionSection("training", keys: training),
            OptionSection("optimizer", keys: optimizer), OptionSection("stopping", keys: stopping),
            OptionSection("augmentation", keys: augmentation), OptionSection("loss", keys: loss),
        ]
    }

    private static var network: [TrainingKey] {
        [
            .choice(
                "form", \.settings.architecture.form,
                """
                live: causal, for `bearing run`. paper: sees whole recordings, in both directions of time; it can be evaluated only.
                """),
            .integer("filters", 1...1024, \.settings.architecture.filters, "Filters of each convolution."),
            .integer(
                "gru_width", 1...1024, \.settings.architecture.gruWidth,
                "Units of each recurrent layer, in each direction of time."),
            .integer(
                "head_width", 1...1024, \.settings.architecture.headWidth,
                "Units of the layers between the recurrent ones and the outputs."),
            .integer(
                "max_tracks", 1...4, \.settings.architecture.maximumTracks,
                "Sources at once that the network can tell apart. More of them in the labels are left out."),
            .integer(
                "look_ahead", 0...50, \.settings.architecture.lookAhead,
                "Blocks of 100 ms that the network waits before it answers; added to its latency."),
            .choice(
                "features", \.features, example: .foaIntensity,
                """
                What it hears. Without it: foa-intensity for the format foa, mic-gcc-phat for mic.
                """),
            .path(
                "initial", \.initial, example: "models/foa-live.safetensors",
                """
                A model to go on from; its scaler is kept. Of a network of another form or other widths, but as many filters, what fits
                is taken and the rest is random. Without it: random parameters.
                """),
        ]
    }

    private static var data: [TrainingKey] {
        [
            .path(
                "dataset", \.dataset, example: "scenes",
                """
                The data set's folder, with foa_dev/ or mic_dev/, and metadata_dev/.
                """),
            .folds(
                "train_folds", \.folds.training,
                """
                The folds that are trained on. A recording whose name has no fold belongs to 3, 2 or 1 by its folder: dev-train, dev-val, dev-test.
                """),
            .folds(
                "validation_folds", \.folds.validation, "The folds by which the best epoch is chosen; none of those that are trained on."),
            .paths(
                "extra", \.extra,
                """
                Further data sets in the same layout, such as `bearing augment` makes; their train_folds are trained on too.
                """),
            .choice("format", \.format, "Which of the two microphone formats is heard."),
            .path(
                "cache", \.cache, example: "features",
                """
                Where extracted features are kept; runs may share it. Without it: features/ in the run's folder.
                """),
        ]
    }

    private static var training: [TrainingKey] {
        [
            .integer("epochs", 1...100_000, \.settings.epochs, "Epochs; each ends with a validation and a checkpoint."),
            .integer("steps_per_epoch", 1...1_000_000, \.settings.stepsPerEpoch, "Steps of an epoch, a batch each."),
            .integer("batch", 1...4096, \.settings.batch, "Sequences in a batch; at least one for each thread."),
            .integer("blocks", 2...6000, \.settings.blocks, "Blocks of 100 ms in a sequence."),
            .integer(
                "seed", 0...Int.max, \.seed,
                """
                Everything random follows from it: the same configuration, data and number of threads give the same model.
                """),
            .integer("threads", 1...256, \.settings.threads, "Threads that share each batch."),
            .text(
                "licence", \.settings.licence, example: "CC BY-NC 4.0",
                """
                Written into the model. The licence of the data set may bind it. Without it: nothing is said.
                """),
        ]
    }

    private static var optimizer: [TrainingKey] {
        [
            .number("learning_rate", 1e-9...1, \.settings.learningRate, "Adam's rate at its highest, after the warm-up."),
            .integer("warmup", 0...1_000_000, \.settings.warmup, "Steps over which the rate rises from zero."),
            .choice(
                "schedule", \.settings.schedule,
                """
                What it does afterwards. cosine: falls along half a cosine to 1 % at the last step. constant: stays. plateau: is
                halved whenever validation MOTA has not improved for `plateau_epochs` epochs.
                """),
            .integer("plateau_epochs", 1...100_000, \.settings.plateauEpochs, "See schedule; used by plateau only."),
            .number(
                "clip", 1e-6...1e6, \.settings.clip,
                "Gradients with a larger Euclidean norm than this are scaled down to it."),
            .number(
                "averaging", 0...0.999999, \.settings.averaging,
                """
                The model that is validated and kept is a moving average of the parameters: the weight of the past in it, at each
                step. 0 keeps the last parameters.
                """),
        ]
    }

    private static var stopping: [TrainingKey] {
        [
            .integer(
                "patience", 0...100_000, \.settings.patience,
                """
                Epochs without a better validation MOTA after which the run ends. 0: it goes on to its last epoch.
                """)
        ]
    }

    private static var augmentation: [TrainingKey] {
        [
            .number(
                "gain_min", -60...40, { $0.settings.augmentation.gain.lowerBound }, { $0.gainMinimum = $1 },
                "Each sequence gets a level, in dB, drawn evenly between these two."),
            .number(
                "gain_max", -60...40, { $0.settings.augmentation.gain.upperBound }, { $0.gainMaximum = $1 },
                "At least gain_min."),
            .flag(
                "rotations", \.settings.augmentation.rotations,
                """
                Each sequence goes through one of the rotations and reflections that keep the vertical axis: 16 for foa, for mic those
                under which the capsules of the data set's array change places, 8 of a tetrahedron (2 for mic-phase).
                """),
            .integer(
                "masks", 0...64, \.settings.augmentation.masks,
                """
                Runs of adjacent mel bands that are set to their mean in each sequence.
                """),
            .integer("masked_bands", 0...64, \.settings.augmentation.maskedBands, "The most bands in such a run."),
            .number(
                "mix", 0...1, \.settings.augmentation.mix,
                """
                The share of sequences that are sums of two recordings of one source (ov1).
                """),
            .choice(
                "mix_partners", \.settings.augmentation.mixPartners,
                """
                Which recordings are mixed: room, those of the same data set, fold and room; any, all of them.
                """),
            .number(
                "mix_level", 0...40, \.settings.augmentation.mixLevel,
                """
                Decibels by which the second recording of a sum is louder or quieter at most.
                """),
        ]
    }
}

extension TrainingKey {
    fileprivate static func folds(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, FoldList>, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: FoldList.expected,
            value: { .text($0[keyPath: path].description) },
            read: { section, _, draft in
                if let folds = section.textOrInteger(name, FoldList.expected, &draft.faults, { FoldList($0) }) {
                    draft.configuration[keyPath: path] = folds
                }
            })
    }
}

extension TrainingConfiguration {
    /// TOML has no unsigned integers.
    fileprivate var seed: Int {
        get { Int(clamping: settings.seed) }
        set { settings.seed = UInt64(clamping: newValue) }
    }
}
