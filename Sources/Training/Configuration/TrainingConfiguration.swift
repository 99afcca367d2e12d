public import Dataset
public import Features
import Files
import Foundation
import Networks
import Options

/// Everything that decides a training: where the data are and every setting. Read from a TOML file and the command line,
/// and written as such a file into the run's folder, so that the run can be repeated.
public struct TrainingConfiguration: Sendable {
    /// The data set's folder.
    public var dataset: String?
    /// Folders of further training recordings.
    public var extra: [String] = []
    /// Which folds of the data sets train, and which of the first validate.
    public var folds = FoldSplit()
    public var format = DatasetFormat.foa
    /// Folder of the extracted features; nil: in the run's folder.
    public var cache: String?
    /// nil: those of the format.
    public var features: FeatureKind?
    /// A model to go on from; nil: random parameters.
    public var initial: String?
    /// The Hungarian network of the tracking loss; nil: the one that ships.
    public var hnet: String?
    /// A model to learn from besides the labels; nil: labels alone.
    public var teacher: String?
    /// The share that it has in the loss.
    public var teacherWeight = 0.5
    public var settings = TrainingSettings(
        architecture: DOAnetArchitecture(form: .live, channels: FeatureKind.foaIntensity.channels))

    public init() {}

    /// What the network hears.
    public var kind: FeatureKind { features ?? (format == .foa ? .foaIntensity : .micGCCPHAT) }

    /// Writes the configuration as a file that says the same, replaced in one step.
    public func write(to path: String) throws {
        try WholeFile.write(Array(toml.utf8), to: path)
    }
}
