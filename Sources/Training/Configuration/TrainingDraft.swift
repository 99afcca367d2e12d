import Dataset
import Features
import Losses
import Networks
import Options

/// A configuration while it is being read: what several tables say, one over the other, and what is wrong with it.
struct TrainingDraft: OptionDraft {
    var configuration = TrainingConfiguration()
    /// A range is whole only when both ends are known.
    var gainMinimum: Float
    var gainMaximum: Float
    /// Both losses, whichever is chosen in the end.
    var loss = LossSettings.Kind.assignment
    var assignment = AssignmentLossSettings()
    var tracking = TrackingLossSettings()
    var faults: [ConfigurationFault] = []
    var origins: [String: OptionOrigin] = [:]

    init() {
        gainMinimum = configuration.settings.augmentation.gain.lowerBound
        gainMaximum = configuration.settings.augmentation.gain.upperBound
    }

    /// - Throws: every fault, those between keys included.
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
        let shared = configuration.folds.training.numbers.filter(configuration.folds.validation.numbers.contains)
        if !shared.isEmpty {
            addFault(
                ["data.validation_folds", "data.train_folds"], expected: "other folds than those that are trained on",
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
        configuration.settings.architecture.channels = configuration.kind.channels
        return configuration
    }
}
