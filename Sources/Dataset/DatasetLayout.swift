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

    public init(name: String, audio: String, metadata: String?, part: DatasetPart? = nil) {
        (self.name, self.audio, self.metadata, self.part) = (name, audio, metadata, part)
    }
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

    /// The array of `mic`: from `array.toml` if it exists, otherwise that of TAU-NIGENS; nil for `foa`.
    /// - Throws: faults of `array.toml`.
    public func geometry() throws(TrainingError) -> ArrayGeometry? {
        guard format == .mic else { return nil }
        let path = "\(root)/array.toml"
        guard Folder.has(path) else { return .tetrahedral }
        do {
            return try ArrayFile.load(path)
        } catch {
            throw .settings(error.description)
        }
    }
}
