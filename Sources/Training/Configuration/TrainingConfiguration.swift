public import Dataset
public import Features
import Files
import Networks
import Options

/// All inputs of a training: the data and every setting. Read from a TOML file and the command line, and written as such a file
/// into the run's folder, so that the run can be repeated.
public struct TrainingConfiguration: Sendable {
    /// The data set's folder.
    public var dataset: String?
    /// Folders of further training recordings.
    public var extra: [String] = []
    /// The folds of the data sets for training, and those of the first for validation.
    public var folds = FoldSplit()
    public var format = DatasetFormat.foa
    /// Folder of the extracted features; nil: in the run's folder.
    public var cache: String?
    /// Of each number of the training recordings' features.
    public var cacheBits = FeatureForm.Bits.single
    /// nil: the default features of the format.
    public var features: FeatureKind?
    /// The initial model; nil: random parameters.
    public var initial: String?
    /// The Hungarian network of the tracking loss; nil: the shipped one.
    public var hnet: String?
    /// A model to learn from besides the labels; nil: labels only.
    public var teacher: String?
    /// Its share of the loss.
    public var teacherWeight = 0.5
    public var settings = TrainingSettings(
        architecture: DOAnetArchitecture(form: .live, channels: FeatureKind.foaIntensity.channels))

    public init() {}

    /// The features of the network's input.
    public var kind: FeatureKind { features ?? (format == .foa ? .foaIntensity : .micGCCPHAT) }

    /// Writes the configuration as an equivalent file, replaced in one step.
    public func write(to path: String) throws {
        try WholeFile.write(Array(toml.utf8), to: path)
    }
}
