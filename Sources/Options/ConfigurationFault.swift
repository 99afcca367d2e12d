import Files

/// One fault of a configuration: one line.
public struct ConfigurationFault: Sendable, Hashable, CustomStringConvertible {
    /// The file with the fault; "command line" for options.
    public let file: String
    /// A key's path such as `gate.open_threshold`, a line of the file for a TOML syntax error, or empty for the file itself.
    public let place: String
    public let expected: String
    public let found: String
    /// What to do, if known.
    public let advice: String

    public init(file: String, place: String, expected: String, found: String, advice: String = "") {
        self.file = file
        self.place = place
        self.expected = expected
        self.found = found
        self.advice = advice
    }

    public var description: String {
        let location = place.isEmpty ? file : "\(file): \(place)"
        let what = "\(location): expected \(expected), found \(found.sanitized(200))"
        return (advice.isEmpty ? what : "\(what): \(advice)").sanitized(nil)
    }
}

/// All faults of a configuration that cannot be used.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    public let faults: [ConfigurationFault]

    public init(_ faults: [ConfigurationFault]) { self.faults = faults }

    /// One line per fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
