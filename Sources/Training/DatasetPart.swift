/// The part of a data set that a subfolder holds: dev-train, dev-val and dev-test of DCASE 2021, dev-train-sony and the like of 2022 to 2024.
public enum DatasetPart: String, Sendable, Hashable, CaseIterable {
    case training = "dev-train"
    case validation = "dev-val"
    case test = "dev-test"

    /// - Parameter path: of a file, its folders included; nil where none of them has such a name.
    public init?(path: String) {
        let folders = path.split(separator: "/").dropLast()
        guard let part = Self.allCases.first(where: { part in folders.contains { $0.hasPrefix(part.rawValue) } }) else { return nil }
        self = part
    }

    /// The fold of a recording whose name has none: one of those that the program takes for this part by itself.
    var fold: Int {
        switch self {
        case .training: DatasetLayout.trainingFolds[0]
        case .validation: DatasetLayout.validationFolds[0]
        case .test: DatasetLayout.testFolds[0]
        }
    }

    /// The fold that a file belongs to, by its name or else by its folder; nil where neither says.
    /// - Parameter path: relative to the data set's folder of recordings or labels.
    public static func fold(ofFile path: String) -> Int? {
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return RecordingName.fold(of: name) ?? DatasetPart(path: path)?.fold
    }
}
