/// The inputs of a result, as a list of names and values. Results with equal inputs are interchangeable.
///
/// The first name is `format`, the version of the list. A name may have a default: the value in force before the name was
/// added. A fingerprint without that name then still matches.
public struct Fingerprint: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public let name: String
        public let value: String
        /// Not part of equality.
        public let standard: String?
    }

    /// A difference between two fingerprints.
    public struct Difference: Sendable, Hashable {
        public let name: String
        /// nil if the name is missing.
        public let found: String?
        public let expected: String?
    }

    public private(set) var entries: [Entry] = []

    /// - Parameter format: such as "bearing-run-1"; fingerprints of different formats never match.
    public init(format: String) { add("format", format) }

    private init(_ entries: [Entry]) { self.entries = entries }

    /// - Parameters:
    ///   - name: a new name without blanks.
    ///   - value: a control character in it becomes a blank.
    public mutating func add(_ name: String, _ value: String, standard: String? = nil) {
        precondition(self[name] == nil && !name.contains(" "), "\(name): a new name without blanks")
        entries.append(Entry(name: name, value: Self.line(value), standard: standard.map(Self.line)))
    }

    public subscript(name: String) -> String? { entries.first { $0.name == name }?.value }

    /// Differences of this new fingerprint from a stored one.
    public func differences(from kept: Fingerprint) -> [Difference] {
        var differences: [Difference] = []
        for entry in entries {
            let found = kept[entry.name] ?? entry.standard
            if found != entry.value { differences.append(Difference(name: entry.name, found: kept[entry.name], expected: entry.value)) }
        }
        for entry in kept.entries where self[entry.name] == nil {
            differences.append(Difference(name: entry.name, found: entry.value, expected: nil))
        }
        return differences
    }

    /// One line `name = value` per entry.
    public var text: String { entries.map { "\($0.name) = \($0.value)\n" }.joined() }

    /// All entries on one line, for messages.
    public var summary: String { entries.map { "\($0.name) = \($0.value)" }.joined(separator: ", ") }

    /// Parses `text`; other lines are ignored, so their values count as missing.
    public init(text: String) {
        var entries: [Entry] = []
        for line in text.split(separator: "\n") {
            guard let mark = line.firstRange(of: " = ") else { continue }
            let name = String(line[..<mark.lowerBound])
            guard !entries.contains(where: { $0.name == name }) else { continue }
            entries.append(Entry(name: name, value: String(line[mark.upperBound...]), standard: nil))
        }
        self.init(entries)
    }

    private static func line(_ value: String) -> String {
        String(String.UnicodeScalarView(value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

extension Fingerprint.Difference: CustomStringConvertible {
    public var description: String { "\(name): \(found ?? "none") there, \(expected ?? "none") now" }
}

extension [Fingerprint.Difference] {
    /// The first few on one line, and the number of the others.
    public var summary: String {
        prefix(4).map(\.description).joined(separator: "; ") + (count > 4 ? "; and \(count - 4) more" : "")
    }
}
