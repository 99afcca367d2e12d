import Audio
import Files
import Fingerprints
import Formats

/// The inputs of a folder of scenes, fold by fold, in its file synth.txt; and whether a run may add to it.
struct DatasetHistory {
    static let fileName = "synth.txt"

    let folder: String
    let folds: [Int]
    let fingerprint: Fingerprint
    /// Existing recordings of these folds: names without extensions, sorted.
    let recordings: [String]
    /// Recordings that other processes may be writing with the same settings.
    let ofOtherShards: Set<String>

    init(folder: String, folds: [Int], fingerprint: Fingerprint, ofOtherShards: Set<String> = []) {
        self.ofOtherShards = ofOtherShards
        self.folder = folder
        self.folds = folds
        self.fingerprint = fingerprint
        let names = ["foa_dev", "mic_dev", "metadata_dev"].flatMap { (try? Folder.names(in: "\(folder)/\($0)")) ?? [] }
        let stems = names.compactMap { name -> String? in
            let isOfFold = folds.contains { name.hasPrefix("fold\($0)_") }
            return isOfFold && (name.hasSuffix(".wav") || name.hasSuffix(".csv")) ? PathName.stem(name) : nil
        }
        recordings = Set(stems).sorted()
    }

    /// - Parameter resumes: whether existing recordings may be continued.
    /// - Throws: `ScenesError.occupied` if not; `otherSettings` for recordings with other settings; `FileError`.
    func check(resumes: Bool) throws {
        let file = try file()
        for fold in folds {
            let present = recordings.filter { $0.hasPrefix("fold\(fold)_") }
            guard !present.isEmpty else { continue }
            let own = present.filter { !ofOtherShards.contains($0) }
            guard resumes || own.isEmpty else { throw ScenesError.occupied(folder: folder, fold: fold, recordings: own.count) }
            guard let kept = file.parts[part(fold)] else {
                throw ScenesError.otherSettings(
                    folder: folder, fold: fold, what: "\(file.path) does not contain the settings of its \(present.count) recordings")
            }
            let differences = fingerprint.differences(from: kept)
            guard differences.isEmpty else {
                throw ScenesError.otherSettings(folder: folder, fold: fold, what: differences.summary)
            }
        }
    }

    /// Array files of recordings that have an array each; the name is that of the recording.
    static let arrayFolder = "array_dev"

    static func arrayPath(_ name: String, in folder: String) -> String { "\(folder)/\(arrayFolder)/\(name).toml" }

    /// Checks that all mic recordings of a folder have one array, that of its array.toml, or that every room has its own.
    /// - Parameters:
    ///   - array: of the new recordings; nil: that of TAU-NIGENS.
    ///   - isRandom: whether each room of the new recordings has its own.
    /// - Throws: `ScenesError.otherArray`; faults of array.toml.
    func checkArray(_ array: ArrayGeometry?, isRandom: Bool = false) throws {
        let path = "\(folder)/array.toml"
        let isDescribed = Folder.has(path)
        let wasRandom = Folder.isFolder("\(folder)/\(Self.arrayFolder)")
        let names = (try? Folder.names(in: "\(folder)/mic_dev")) ?? []
        guard isDescribed || names.contains(where: { $0.hasSuffix(".wav") && !$0.hasPrefix(".") }) else { return }
        let there = isDescribed ? try ArrayFile.load(path) : nil
        guard wasRandom != isRandom || there.map(ArrayFile.text) != array.map(ArrayFile.text) else { return }
        let name = { (array: ArrayGeometry?, isRandom: Bool) in isRandom ? "one of its own" : array?.name ?? "that of TAU-NIGENS" }
        throw ScenesError.otherArray(folder: folder, there: name(there, wasRandom), now: name(array, isRandom))
    }

    /// Records the inputs of the folds before the first recording is written.
    func keep() throws {
        var file = try file()
        for fold in folds { try file.keep(fingerprint, as: part(fold)) }
    }

    private func part(_ fold: Int) -> String { "fold\(fold)" }

    private func file() throws(FileError) -> FingerprintFile {
        try FingerprintFile(
            "\(folder)/\(Self.fileName)", heading: "Inputs of the recordings of each fold by `bearing synth`; --resume compares them.")
    }
}
