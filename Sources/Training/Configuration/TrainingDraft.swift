import Dataset
import Features
import Losses
import Networks
import Options

/// A configuration during reading: the values of several tables, each overriding the previous one, with the faults so far.
struct TrainingDraft: OptionDraft {
    var configuration = TrainingConfiguration()
    /// Ends of a range, which is complete only when both are known.
    var gainMinimum: Float
    var gainMaximum: Float
    /// The settings of both losses, whichever is selected.
    var loss = LossSettings.Kind.assignment
    var assignment = AssignmentLossSettings()
    var tracking = TrackingLossSettings()
    var faults: [ConfigurationFault] = []
    var origins: [String: OptionOrigin] = [:]

    init() {
        gainMinimum = configuration.settings.augmentation.gain.lowerBound
        gainMaximum = configuration.settings.augmentation.gain.upperBound
    }

    /// - Throws: all faults, including those between keys.
    consuming func finished() throws(ConfigurationError) -> TrainingConfiguration {
        let settings = configuration.settings
        if gainMinimum > gainMaximum {
            addFault(
                ["augmentation.gain_min", "augmentation.gain_max"], expected: "gain_min at most gain_max",
                found: "\(gainMinimum) and \(gainMaximum)")
        }
        if settings.batch < settings.threads {
            addFault(
                ["training.batch", "training.threads"], expected: "at least one sequence for each thread",
                found: "a batch of \(settings.batch) for \(settings.threads) threads")
        }
        if tracking.sinkhornEnd > tracking.sinkhornStart {
            addFault(
                ["loss.sinkhorn_end", "loss.sinkhorn_start"], expected: "sinkhorn_end at most sinkhorn_start",
                found: "\(tracking.sinkhornEnd) and \(tracking.sinkhornStart)")
        }
        let shared = configuration.folds.training.numbers.filter(configuration.folds.validation.numbers.contains)
        if !shared.isEmpty {
            addFault(
                ["data.validation_folds", "data.train_folds"], expected: "folds other than the training folds",
                found: "\(FoldList(shared)) in both")
        }
        if configuration.kind.isAmbisonic != (configuration.format == .foa) {
            addFault(
                ["network.features", "data.format"], expected: "features of the format \(configuration.format.rawValue)",
                found: configuration.kind.rawValue)
        }
        guard faults.isEmpty else { throw ConfigurationError(faults) }
        configuration.settings.augmentation.gain = gainMinimum...gainMaximum
        configuration.settings.loss =
            switch loss {
            case .assignment: .assignment(assignment)
            case .tracking: .tracking(tracking)
            }
        configuration.settings.architecture.channels = configuration.kind.inputChannels
        return configuration
    }
}
