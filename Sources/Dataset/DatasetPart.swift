/// The part of a data set in a subfolder: dev-train, dev-val and dev-test of DCASE 2021, dev-train-sony and similar of 2022 to
/// 2024.
public enum DatasetPart: String, Sendable, Hashable, CaseIterable {
    case training = "dev-train"
    case validation = "dev-val"
    case test = "dev-test"

    /// - Parameter path: of a file, including its folders; nil if none of them has such a name.
    public init?(path: String) {
        let folders = path.split(separator: "/").dropLast()
        guard let part = Self.allCases.first(where: { part in folders.contains { $0.hasPrefix(part.rawValue) } }) else { return nil }
        self = part
    }
}
