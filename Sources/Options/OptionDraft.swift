/// A configuration while tables are read into it, each overriding the previous one, with the faults so far.
public protocol OptionDraft {
    associatedtype Configuration

    var configuration: Configuration { get set }
    var faults: [ConfigurationFault] { get set }
    /// The table that gave a key its value, by `section.key`: for faults between keys.
    var origins: [String: OptionOrigin] { get set }
}

/// The table and the key that gave a value.
public struct OptionOrigin: Sendable, Hashable {
    public let file: String
    public let place: String
}

extension OptionDraft {
    /// Adds a fault between keys, reported at the first of them that a table sets.
    public mutating func addFault(_ keys: [String], expected: String, found: String, advice: String = "") {
        let origin = keys.compactMap({ origins[$0] }).first ?? OptionOrigin(file: "defaults", place: keys[0])
        faults.append(
            ConfigurationFault(file: origin.file, place: origin.place, expected: expected, found: found, advice: advice))
    }
}
