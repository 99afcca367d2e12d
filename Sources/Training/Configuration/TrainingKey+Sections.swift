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
                live: causal, for `bearing run`. paper: bidirectional, uses whole recordings; for evaluation only.
                """),
            .integer("filters", 1...1024, \.settings.architecture.filters, "Filters of each convolution layer."),
            .integer(
                "gru_width", 1...1024, \.settings.architecture.gruWidth,
                "Units of each recurrent layer, in each direction of time."),
            .integer(
                "head_width", 1...1024, \.settings.architecture.headWidth,
                "Units of the layers between the recurrent ones and the outputs."),
            .integer(
                "max_tracks", 1...4, \.settings.architecture.maximumTracks,
                "Sources that the network can report at once. Further sources in the labels are ignored."),
            .integer(
                "look_ahead", 0...50, \.settings.architecture.lookAhead,
                "Look-ahead of the network in blocks of 100 ms; added to its latency."),
            .choice(
                "features", \.features, example: .foaIntensity,
                """
                Features of the network's input. Default: foa-intensity for the format foa, mic-gcc-phat for mic.
                """),
            .path(
                "initial", \.initial, example: "models/foa-live.safetensors",
                """
                Initial model; its scaler is kept. If the networks differ in form or widths, but not in filters, matching parameters
                are copied and the others are random. Default: random parameters.
                """),
        ]
    }

    private static var data: [TrainingKey] {
        [
            .path(
                "dataset", \.dataset, example: "scenes",
                """
                Folder of the data set, with foa_dev/ or mic_dev/, and metadata_dev/.
                """),
            .folds(
                "train_folds", \.folds.training,
                """
                Folds to train on. A recording without a fold in its name belongs to 3, 2 or 1 by its folder: dev-train, dev-val, dev-test.
                """),
            .folds(
                "validation_folds", \.folds.validation, "Folds to validate on, which select the best epoch; other than the training folds."),
            .paths(
                "extra", \.extra,
                """
                Further data sets in the same layout, such as those of `bearing augment`; their train_folds are added.
                """),
            .choice("format", \.format, "Microphone format of the data sets."),
            .path(
                "cache", \.cache, example: "features",
                """
                Folder for extracted features; runs may share it. Default: features/ in the run's folder.
                """),
            .bits(
                "cache_bits", \.cacheBits,
                """
                Bits of each number of the training recordings' features there. 16 takes half the space; the error is at most 0.03 dB in a level
                and 0.0003 in a coherence. Validation recordings have 32.
                """),
        ]
    }

    private static var training: [TrainingKey] {
        [
            .integer("epochs", 1...100_000, \.settings.epochs, "Number of epochs, each followed by a validation and a checkpoint."),
            .integer("steps_per_epoch", 1...1_000_000, \.settings.stepsPerEpoch, "Steps of an epoch, each with one batch."),
            .integer("batch", 1...4096, \.settings.batch, "Sequences in a batch; at least one for each thread."),
            .integer("blocks", 2...6000, \.settings.blocks, "Blocks of 100 ms in a sequence."),
            .integer(
                "seed", 0...Int.max, \.seed,
                """
                Random seed. The same configuration, data and number of threads give the same model.
                """),
            .integer("threads", 1...256, \.settings.threads, "Threads, between which each batch is split."),
            .text(
                "licence", \.settings.licence, example: "CC BY-NC 4.0",
                """
                Licence to write into the model; the data set's licence may restrict it. Default: none.
                """),
        ]
    }

    private static var optimizer: [TrainingKey] {
        [
            .number("learning_rate", 1e-9...1, \.settings.learningRate, "Maximum learning rate of Adam, after the warm-up."),
            .integer("warmup", 0...1_000_000, \.settings.warmup, "Steps over which the learning rate rises from zero."),
            .choice(
                "schedule", \.settings.schedule,
                """
                Schedule of the learning rate after the warm-up. cosine: falls along half a cosine to 1 % at the last step. constant: no change.
                plateau: halved whenever validation MOTA has not improved for `plateau_epochs` epochs.
                """),
            .integer("plateau_epochs", 1...100_000, \.settings.plateauEpochs, "Epochs of the schedule plateau."),
            .number(
                "clip", 1e-6...1e6, \.settings.clip,
                "Gradients with a larger Euclidean norm than this are scaled down to it."),
            .number(
                "averaging", 0...0.999999, \.settings.averaging,
                """
                Weight of the past in the moving average of the parameters, at each step; the average is validated and kept.
                0 keeps the last parameters.
                """),
        ]
    }

    private static var stopping: [TrainingKey] {
        [
            .integer(
                "patience", 0...100_000, \.settings.patience,
                """
                Epochs without a better validation MOTA after which the run ends. 0: never.
                """)
        ]
    }

    private static var augmentation: [TrainingKey] {
        [
            .number(
                "gain_min", -60...40, { $0.settings.augmentation.gain.lowerBound }, { $0.gainMinimum = $1 },
                "Lower bound of the random level of each sequence, in dB."),
            .number(
                "gain_max", -60...40, { $0.settings.augmentation.gain.upperBound }, { $0.gainMaximum = $1 },
                "Upper bound of it; at least gain_min."),
            .flag(
                "rotations", \.settings.augmentation.rotations,
                """
                Applies a rotation or reflection that keeps the vertical axis to each sequence: 16 for foa; for mic those that permute
                the capsules of the data set's array, 8 of a tetrahedron (2 for mic-phase).
                """),
            .integer(
                "masks", 0...64, \.settings.augmentation.masks,
                """
                Groups of adjacent mel bands that are set to their mean in each sequence.
                """),
            .integer("masked_bands", 0...64, \.settings.augmentation.maskedBands, "Maximum number of bands in a group."),
            .number(
                "mix", 0...1, \.settings.augmentation.mix,
                """
                Share of sequences that are sums of two recordings of one source (ov1).
                """),
            .choice(
                "mix_partners", \.settings.augmentation.mixPartners,
                """
                Recordings to mix: room, those of the same data set, fold and room; any, all of them.
                """),
            .number(
                "mix_level", 0...40, \.settings.augmentation.mixLevel,
                """
                Maximum level difference of the second recording of a sum, in dB.
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

extension TrainingKey {
    fileprivate static func bits(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, FeatureForm.Bits>, _ explanation: String
    ) -> TrainingKey {
        let expected = FeatureForm.Bits.allCases.map { "\($0.rawValue)" }.joined(separator: " or ")
        return TrainingKey(
            name: name, explanation: explanation, domain: expected,
            value: { .integer($0[keyPath: path].rawValue) },
            read: { section, _, draft in
                let parse = { (text: String) in Int(text).flatMap { FeatureForm.Bits(rawValue: $0) } }
                if let bits = section.textOrInteger(name, expected, &draft.faults, parse) { draft.configuration[keyPath: path] = bits }
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
