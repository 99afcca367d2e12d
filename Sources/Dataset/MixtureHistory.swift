import Files
import Fingerprints

/// The inputs of a folder of mixtures, in its file augment.txt, and whether a run may continue in it.
struct MixtureHistory {
    static let fileName = "augment.txt"
    private static let format = "bearing-augment-1"

    private let folder: String
    /// By part of the file: the choice of pairs, and each format's recordings.
    private var parts: [(name: String, fingerprint: Fingerprint)] = []

    /// - Throws: a data set that cannot be read.
    init(
        folder: String, dataset: String, formats: [DatasetFormat], folds: [Int], times: Int, partners: MixingPartners, seed: UInt64
    ) throws {
        self.folder = folder
        var pairs = Fingerprint(format: Self.format)
        pairs.add("seed", "\(seed)")
        pairs.add("times", "\(times)")
        pairs.add("partners", partners.rawValue)
        pairs.add("folds", folds.map { "\($0)" }.joined(separator: ","))
        parts.append(("pairs", pairs))
        for format in formats {
            var source = Fingerprint(format: Self.format)
            source.add("dataset", try DatasetLayout(root: dataset, format: format).digest(folds: folds))
            parts.append((format.rawValue, source))
        }
    }

    /// - Parameter isEmpty: whether there are no mixtures yet; then nothing has to match.
    /// - Throws: `TrainingError.settings` for mixtures of other settings or recordings; `FileError`.
    func checkAndKeep(isEmpty: Bool) throws {
        var file = try FingerprintFile(
            "\(folder)/\(Self.fileName)", heading: "Inputs of these mixtures by `bearing augment`; --resume compares them.")
        if !isEmpty {
            guard file.parts["pairs"] != nil else {
                throw TrainingError.settings(
                    "\(folder): expected \(Self.fileName), which lists the inputs of its mixtures, found none: give another --out")
            }
            let differences = parts.flatMap { name, made in file.parts[name].map { made.differences(from: $0) } ?? [] }
            guard differences.isEmpty else {
                throw TrainingError.settings(
                    "\(folder): expected mixtures of the same data set and options, found others (\(differences.summary)): "
                        + "resume with the options of the first run, or give another --out")
            }
        }
        for (name, fingerprint) in parts { try file.keep(fingerprint, as: name) }
    }
}
