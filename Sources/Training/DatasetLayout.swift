public import Audio
import Files
import Formats
import Options

/// Which of the two microphone formats of a data set is read.
public enum DatasetFormat: String, Sendable, CaseIterable, Codable {
    case foa
    case mic
}

/// One recording of a data set: its audio, and its labels where the set has them.
public struct Recording: Sendable, Hashable {
    /// The file's name without extension: `fold1_room2_mix003_ov1`.
    public let name: String
    public let audio: String
    public let metadata: String?
}

/// The folders of TAU-NIGENS Spatial Sound Events 2020 (development and evaluation): `foa_dev`, `mic_dev`,
/// `metadata_dev`, or the same with `_eval`; files `fold<k>_room<r>_mix<nnn>_ov<n>.wav`, or `mix<nnn>.wav`.
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

    /// The capsules of `mic`: as `array.toml` says, where the set has one, else those of TAU-NIGENS; nil for `foa`.
    /// - Throws: what is wrong with `array.toml`.
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

    /// The recordings of some folds, in the order of their names; every one has labels.
    /// - Throws: a missing folder, no recording at all, or a recording without labels.
    public func development(folds: [Int]) throws(TrainingError) -> [Recording] {
        let audioFolder = "\(root)/\(format.rawValue)_dev"
        let metadataFolder = "\(root)/metadata_dev"
        let names = try wavNames(in: audioFolder).filter { name in
            folds.contains { name.hasPrefix("fold\($0)_") }
        }
        guard !names.isEmpty else { throw .noRecordings(folder: audioFolder, folds: folds) }
        try requireFolder(metadataFolder, expected: "the labels, metadata_dev/,")
        var recordings: [Recording] = []
        for name in names {
            let metadata = "\(metadataFolder)/\(name).csv"
            guard Folder.has(metadata) else {
                throw .missingMetadata(recording: "\(audioFolder)/\(name).wav", expected: metadata)
            }
            recordings.append(Recording(name: name, audio: "\(audioFolder)/\(name).wav", metadata: metadata))
        }
        return recordings
    }

    /// All recordings of the evaluation set; labels where they have been published.
    public func evaluation() throws(TrainingError) -> [Recording] {
        let audioFolder = "\(root)/\(format.rawValue)_eval"
        let names = try wavNames(in: audioFolder)
        guard !names.isEmpty else { throw .noRecordings(folder: audioFolder, folds: []) }
        return names.map { name in
            let metadata = "\(root)/metadata_eval/\(name).csv"
            let known = Folder.has(metadata)
            return Recording(name: name, audio: "\(audioFolder)/\(name).wav", metadata: known ? metadata : nil)
        }
    }

    private func wavNames(in folder: String) throws(TrainingError) -> [String] {
        try requireFolder(folder, expected: "the recordings, \(format.rawValue)_dev/ or \(format.rawValue)_eval/,")
        let files: [String]
        do {
            files = try Folder.names(in: folder)
        } catch {
            throw .file(error)
        }
        return files.filter { $0.hasSuffix(".wav") && !$0.hasPrefix(".") }.map { String($0.dropLast(4)) }.sorted()
    }

    private func requireFolder(_ path: String, expected: String) throws(TrainingError) {
        guard Folder.isFolder(path) else { throw .missingFolder(path: path, expected: expected) }
    }
}
