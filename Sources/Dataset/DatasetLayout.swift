public import Audio
import Files
import Formats
import Options

/// The microphone format of a data set.
public enum DatasetFormat: String, Sendable, CaseIterable, Codable {
    case foa
    case mic
}

/// One recording of a data set: its audio, and its labels if it has any.
public struct Recording: Sendable, Hashable {
    /// The file's name without extension, `fold1_room2_mix003_ov1`; unique within the data set.
    public let name: String
    public let audio: String
    public let metadata: String?
    /// The part given by its subfolder.
    public let part: DatasetPart?
    /// The file that describes its capsules; nil for Ambisonics, and for the capsules of TAU-NIGENS.
    public let arrayFile: String?

    public init(name: String, audio: String, metadata: String?, part: DatasetPart? = nil, arrayFile: String? = nil) {
        (self.name, self.audio, self.metadata, self.part, self.arrayFile) = (name, audio, metadata, part, arrayFile)
    }

    /// The capsules that it was made with.
    /// - Throws: what is wrong with the array file.
    public func geometry() throws(TrainingError) -> ArrayGeometry { try arrayFile.map(DatasetLayout.load) ?? .tetrahedral }
}

/// The folders of TAU-NIGENS Spatial Sound Events 2020 (development and evaluation): `foa_dev`, `mic_dev`,
/// `metadata_dev`, or the same with `_eval`; files `fold<k>_room<r>_mix<nnn>_ov<n>.wav`, or `mix<nnn>.wav`; and those of DCASE 2019 and 2021 to
/// 2024, which have other names (`RecordingName`) and subfolders (`DatasetPart`).
public struct DatasetLayout: Sendable {
    public let root: String
    public let format: DatasetFormat

    public init(root: String, format: DatasetFormat) {
        self.root = root
        self.format = format
    }

    /// Folds 3 to 6 train, 2 validates, 1 tests.
    public static let trainingFolds = [3, 4, 5, 6]
    public static let validationFolds = [2]
    public static let testFolds = [1]

    /// Array files of recordings that have an array each, by the recording's name.
    private var arrayFolder: String { "\(root)/array_dev" }

    /// Whether recordings have arrays of their own, as those of `synth --array random` do.
    public var hasArrays: Bool { format == .mic && Folder.isFolder(arrayFolder) }

    /// The array file of a recording of `mic`: its own, or that of the set; nil without either.
    func arrayFile(of recording: String) -> String? {
        guard format == .mic else { return nil }
        return ["\(arrayFolder)/\(recording).toml", "\(root)/array.toml"].first { Folder.has($0) }
    }

    /// The array of `mic`: from `array.toml` if it exists, otherwise that of TAU-NIGENS; nil for `foa`.
    /// - Throws: faults of `array.toml`.
    public func geometry() throws(TrainingError) -> ArrayGeometry? {
        guard format == .mic else { return nil }
        let path = "\(root)/array.toml"
        return Folder.has(path) ? try Self.load(path) : .tetrahedral
    }

    static func load(_ path: String) throws(TrainingError) -> ArrayGeometry {
        do {
            return try ArrayFile.load(path)
        } catch {
            throw .settings(error.description)
        }
    }
}
