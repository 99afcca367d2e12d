import Features
import Networks
import Options

/// A configuration while it is being read: what several tables say, one over the other, and what is wrong with it.
struct TrainingDraft {
    var configuration = TrainingConfiguration()
    /// A range is whole only when both ends are known.
    var gainMinimum: Float
    var gainMaximum: Float
    /// Both losses, whichever is chosen in the end.
    var loss = LossSettings.Kind.assignment
    var assignment = AssignmentLossSettings()
    var tracking = TrackingLossSettings()
    var faults: [ConfigurationFault] = []
    /// Who gave a key its value, for faults between keys.
    private var origins: [String: (file: String, place: String)] = [:]

    init() {
        gainMinimum = configuration.settings.augmentation.gain.lowerBound
        gainMaximum = configuration.settings.augmentation.gain.upperBound
    }

    /// Takes over all keys of a table.
    /// - Parameter folder: what relative paths start from; empty: they stay as they are.
    mutating func read(_ table: OptionTable, folder: String) {
        var root = table
        for (name, keys) in TrainingKey.sections {
            guard var section = root.section(name, &faults) else { continue }
            for key in keys {
                if section.has(key.name) { origins["\(name).\(key.name)"] = (table.file, section.place(key.name)) }
                key.read(&section, folder, &self)
            }
            faults += section.unknown()
        }
        faults += root.unknown()
    }

    /// - Throws: every fault, those between keys included.
    consuming func finished() throws(ConfigurationError) -> TrainingConfiguration {
        let settings = configuration.settings
        if gainMinimum > gainMaximum {
            fault(
                ["augmentation.gain_min", "augmentation.gain_max"], expected: "gain_min at most gain_max",
                found: "\(gainMinimum) and \(gainMaximum)")
        }
        if settings.batch < settings.threads {
            fault(
                ["training.batch", "training.threads"], expected: "at least one sequence for each thread",
                found: "a batch of \(settings.batch) for \(settings.threads) threads")
        }
        if configuration.kind.isAmbisonic != (configuration.format == .foa) {
            fault(
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

    /// Keys that do not fit each other, told by the first of them that somebody gave.
    private mutating func fault(_ keys: [String], expected: String, found: String) {
        let origin = keys.compactMap { origins[$0] }.first ?? ("defaults", keys[0])
        faults.append(
            ConfigurationFault(file: origin.file, place: origin.place, expected: expected, found: found))
    }
}
