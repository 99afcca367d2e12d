public import Features
import Files
import Foundation
import Networks
public import Options

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

    /// Reads a file, lays the options of the command line over it and validates the whole.
    ///
    /// Relative paths in the file are relative to its folder, those of options to the working directory.
    /// - Parameter file: nil: the defaults.
    /// - Throws: every fault of both at once.
    public init(file: String?, options: [CommandLineOption]) throws(ConfigurationError) {
        var tables: [(OptionTable, folder: String)] = []
        var faults: [ConfigurationFault] = []
        if let file {
            do {
                tables.append((try OptionFile.read(file), OptionFile.folder(of: file)))
            } catch {
                faults = error.faults
            }
        }
        // The working directory is what a path without a folder starts from.
        tables.append((OptionTable(commandLine: options), ""))
        try self.init(tables, faults: faults)
    }

    /// Validates the text of a file, which `file` names in faults.
    init(text: String, file: String, folder: String) throws(ConfigurationError) {
        try self.init([(try OptionFile.parse(text, file: file), folder)], faults: [])
    }

    private init(_ tables: [(OptionTable, folder: String)], faults: [ConfigurationFault]) throws(ConfigurationError) {
        var draft = TrainingDraft()
        draft.faults = faults
        for (table, folder) in tables { draft.read(table, folder: folder) }
        self = try draft.finished()
    }

    /// Writes the configuration as a file that says the same, replaced in one step.
    public func write(to path: String) throws {
        try WholeFile.write(Array(toml.utf8), to: path)
    }
}
