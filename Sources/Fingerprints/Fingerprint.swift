/// What something was made from, as a list of names and values: it decides what belongs together.
///
/// The first name is `format`, the version of the list. A name may have a default, the value that everything had before the name
/// was added: then a fingerprint that lacks it still fits.
public struct Fingerprint: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        public let name: String
        public let value: String
        /// Does not count where two are compared for equality of values.
        public let standard: String?
    }

    /// Where two fingerprints disagree.
    public struct Difference: Sendable, Hashable {
        public let name: String
        /// nil: there is no such name.
        public let found: String?
        public let expected: String?
    }

    public private(set) var entries: [Entry] = []

    /// - Parameter format: such as "bearing-run-1"; another one fits nothing of this one.
    public init(format: String) { add("format", format) }

    private init(_ entries: [Entry]) { self.entries = entries }

    /// - Parameters:
    ///   - name: not there yet, without blanks.
    ///   - value: a control character in it becomes a blank.
    public mutating func add(_ name: String, _ value: String, standard: String? = nil) {
        precondition(self[name] == nil && !name.contains(" "), "\(name): a new name without blanks")
        entries.append(Entry(name: name, value: Self.line(value), standard: standard.map(Self.line)))
    }

    public subscript(name: String) -> String? { entries.first { $0.name == name }?.value }

    /// What this one, just made, has other than one that was kept.
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

    /// A line `name = value` for each.
    public var text: String { entries.map { "\($0.name) = \($0.value)\n" }.joined() }

    /// On one line, for people.
    public var summary: String { entries.map { "\($0.name) = \($0.value)" }.joined(separator: ", ") }

    /// Reads `text`; lines of another form are passed over, so that what they said counts as missing.
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
    /// On one line: the first few, and how many more there are.
    public var summary: String {
        prefix(4).map(\.description).joined(separator: "; ") + (count > 4 ? "; and \(count - 4) more" : "")
    }
}
