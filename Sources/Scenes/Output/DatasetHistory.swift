import Audio
import Files
import Fingerprints
import Formats

/// What a folder of scenes was made from, fold by fold, in its file synth.txt; and whether a run may add to it.
struct DatasetHistory {
    static let fileName = "synth.txt"

    let folder: String
    let folds: [Int]
    let fingerprint: Fingerprint
    /// Of these folds, already there: names without endings, sorted.
    let recordings: [String]

    init(folder: String, folds: [Int], fingerprint: Fingerprint) {
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

    /// - Parameter resumes: whether recordings that are there may be gone on with.
    /// - Throws: `ScenesError.occupied` where they may not; `otherSettings` for those of other settings; `FileError`.
    func check(resumes: Bool) throws {
        let file = try file()
        for fold in folds {
            let present = recordings.filter { $0.hasPrefix("fold\(fold)_") }
            guard !present.isEmpty else { continue }
            guard resumes else { throw ScenesError.occupied(folder: folder, fold: fold, recordings: present.count) }
            guard let kept = file.parts[part(fold)] else {
                throw ScenesError.otherSettings(
                    folder: folder, fold: fold, what: "\(file.path) does not say what its \(present.count) recordings were made with")
            }
            let differences = fingerprint.differences(from: kept)
            guard differences.isEmpty else {
                throw ScenesError.otherSettings(folder: folder, fold: fold, what: differences.summary)
            }
        }
    }

    /// All mic recordings of a folder have one array, that of its array.toml.
    /// - Parameter array: of the recordings to come; nil: that of TAU-NIGENS.
    /// - Throws: `ScenesError.otherArray`; what is wrong with array.toml.
    func checkArray(_ array: ArrayGeometry?) throws {
        let path = "\(folder)/array.toml"
        let isDescribed = Folder.has(path)
        let names = (try? Folder.names(in: "\(folder)/mic_dev")) ?? []
        guard isDescribed || names.contains(where: { $0.hasSuffix(".wav") && !$0.hasPrefix(".") }) else { return }
        let there = isDescribed ? try ArrayFile.load(path) : nil
        guard there.map(ArrayFile.text) != array.map(ArrayFile.text) else { return }
        let name = { (array: ArrayGeometry?) in array?.name ?? "that of TAU-NIGENS" }
        throw ScenesError.otherArray(folder: folder, there: name(there), now: name(array))
    }

    /// Writes down what the folds are made from, before there is a recording of it.
    func keep() throws {
        var file = try file()
        for fold in folds { try file.keep(fingerprint, as: part(fold)) }
    }

    private func part(_ fold: Int) -> String { "fold\(fold)" }

    private func file() throws(FileError) -> FingerprintFile {
        try FingerprintFile(
            "\(folder)/\(Self.fileName)", heading: "What `bearing synth` made the recordings of each fold from; --resume compares it.")
    }
}
