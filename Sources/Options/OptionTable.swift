/// One command-line option that sets a key of a file: `--gru-width 192` for `network.gru_width`.
public struct CommandLineOption: Sendable, Hashable {
    /// The option as typed, including the dashes.
    public let option: String
    public let section: String
    public let key: String
    public let value: OptionValue

    public init(_ option: String, section: String, key: String, _ value: OptionValue) {
        self.option = option
        self.section = section
        self.key = key
        self.value = value
    }
}

/// Reads one table of options key by key, and collects faults, including keys that were never read.
public struct OptionTable {
    /// The file of the table; "command line" for options.
    public let file: String
    /// The keys above this table, empty for the root.
    private let path: String
    private let values: [String: OptionValue]
    /// Names of keys in faults, if not their paths.
    private let names: [String: String]
    private var known: [String] = []
    private var ignored: Set<String> = []

    init(file: String, path: String = "", values: [String: OptionValue], names: [String: String] = [:]) {
        self.file = file
        self.path = path
        self.values = values
        self.names = names
    }

    /// Command-line options, in the sections of the file that they override.
    public init(commandLine options: [CommandLineOption]) {
        var sections: [String: [String: OptionValue]] = [:]
        var names: [String: String] = [:]
        for option in options {
            sections[option.section, default: [:]][option.key] = option.value
            names["\(option.section).\(option.key)"] = option.option
        }
        self.init(file: "command line", values: sections.mapValues { .table($0) }, names: names)
    }

    /// Whether the table contains this key, valid or not.
    public func has(_ key: String) -> Bool { values[key] != nil }

    /// The name of a key in faults: its path, or the option that sets it.
    public func place(_ key: String) -> String {
        let path = path.isEmpty ? key : "\(path).\(key)"
        return names[path] ?? path
    }

    /// A table within this one; nil if there is none.
    public mutating func section(_ key: String, _ faults: inout [ConfigurationFault]) -> OptionTable? {
        known.append(key)
        switch values[key] {
        case nil: return nil
        case .table(let section):
            return OptionTable(
                file: file, path: path.isEmpty ? key : "\(path).\(key)", values: section, names: names)
        case let value?:
            faults.append(fault(key, expected: "a table, [\(place(key))]", found: value.description))
            return nil
        }
    }

    /// The tables of an array of tables, [[key]], each named by its index, from 0. Empty if there are none.
    public mutating func sections(_ key: String, _ faults: inout [ConfigurationFault]) -> [OptionTable] {
        known.append(key)
        guard let found = values[key] else { return [] }
        if case .array(let elements) = found {
            let tables = elements.compactMap { element -> [String: OptionValue]? in
                if case .table(let table) = element { table } else { nil }
            }
            if tables.count == elements.count {
                return tables.enumerated().map { index, table in
                    OptionTable(file: file, path: "\(place(key))[\(index)]", values: table, names: names)
                }
            }
        }
        faults.append(fault(key, expected: "an array of tables, [[\(place(key))]]", found: found.description))
        return []
    }

    /// Adds a fault for a missing required key.
    public mutating func missing(_ key: String, _ expected: String, _ faults: inout [ConfigurationFault]) {
        known.append(key)
        faults.append(fault(key, expected: expected, found: "nothing"))
    }

    public mutating func text(_ key: String, _ faults: inout [ConfigurationFault]) -> String? {
        parsed(key, "a string", &faults) { $0.isEmpty ? nil : $0 }
    }

    /// A string that `parse` accepts.
    public mutating func parsed<Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault], _ parse: (String) -> Value?
    ) -> Value? {
        value(key, expected, &faults) { value in
            if case .text(let text) = value { parse(text) } else { nil }
        }
    }

    /// A string, or the digits of an integer, that `parse` accepts.
    public mutating func textOrInteger<Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault], _ parse: (String) -> Value?
    ) -> Value? {
        value(key, expected, &faults) { value in
            switch value {
            case .text(let text): parse(text)
            case .integer(let integer): parse("\(integer)")
            default: nil
            }
        }
    }

    /// One of the names of an enumeration.
    public mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ key: String, _ faults: inout [ConfigurationFault]
    ) -> Value? {
        parsed(key, "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))", &faults) { Value(rawValue: $0) }
    }

    public mutating func integer(
        _ key: String, in range: ClosedRange<Int>, _ faults: inout [ConfigurationFault]
    ) -> Int? {
        value(key, "an integer from \(range.lowerBound) to \(range.upperBound)", &faults) { value in
            if case .integer(let integer) = value, range.contains(integer) { integer } else { nil }
        }
    }

    /// A number; integers are accepted.
    public mutating func number(
        _ key: String, in range: ClosedRange<Double>, _ faults: inout [ConfigurationFault]
    ) -> Double? {
        value(key, "a number from \(range.lowerBound) to \(range.upperBound)", &faults) { value in
            value.asNumber.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    public mutating func flag(_ key: String, _ faults: inout [ConfigurationFault]) -> Bool? {
        value(key, "true or false", &faults) { value in
            if case .flag(let flag) = value { flag } else { nil }
        }
    }

    /// An array of integers that `parse` accepts.
    public mutating func integers<Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault], _ parse: ([Int]) -> Value?
    ) -> Value? {
        array(key, expected, &faults, { if case .integer(let integer) = $0 { integer } else { nil } }, parse)
    }

    /// An array of a fixed count of numbers, each with its own range.
    public mutating func numbers(
        _ key: String, in ranges: [ClosedRange<Double>], _ expected: String, _ faults: inout [ConfigurationFault]
    ) -> [Double]? {
        array(key, expected, &faults, \.asNumber) { numbers in
            let fits = numbers.count == ranges.count && zip(numbers, ranges).allSatisfy { $1.contains($0) }
            return fits ? numbers : nil
        }
    }

    /// An array of non-empty strings.
    public mutating func texts(_ key: String, _ faults: inout [ConfigurationFault]) -> [String]? {
        array(
            key, "an array of strings", &faults,
            { if case .text(let text) = $0, !text.isEmpty { text } else { nil } }, { $0 })
    }

    /// Leaves keys to another reader of the same file.
    public mutating func ignore(_ keys: [String]) { ignored.formUnion(keys) }

    /// Faults for unknown keys, each with the most similar known one.
    public func unknown() -> [ConfigurationFault] {
        values.keys.filter { !known.contains($0) && !ignored.contains($0) }.sorted().map { key in
            let nearest = known.min { distance($0, key) < distance($1, key) }
            let close = nearest.flatMap { distance($0, key) <= max(2, key.count / 3) ? $0 : nil }
            let names = Set(known).sorted().joined(separator: ", ")
            return fault(
                key, expected: "one of the keys \(names)", found: "an unknown key",
                advice: close.map { "did you mean \(place($0))?" } ?? "remove it")
        }
    }

    private mutating func array<Element, Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault],
        _ element: (OptionValue) -> Element?, _ parse: ([Element]) -> Value?
    ) -> Value? {
        value(key, expected, &faults) { value in
            guard case .array(let values) = value else { return nil }
            let elements = values.compactMap(element)
            return elements.count == values.count ? parse(elements) : nil
        }
    }

    private mutating func value<Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault], _ read: (OptionValue) -> Value?
    ) -> Value? {
        known.append(key)
        guard let found = values[key] else { return nil }
        if let value = read(found) { return value }
        faults.append(fault(key, expected: expected, found: found.description))
        return nil
    }

    private func fault(_ key: String, expected: String, found: String, advice: String = "") -> ConfigurationFault {
        ConfigurationFault(file: file, place: place(key), expected: expected, found: found, advice: advice)
    }
}

/// The Levenshtein distance: the number of letters to insert, remove or change.
func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var row = Array(0...b.count)
    for i in 0..<a.count {
        var diagonal = row[0]
        row[0] = i + 1
        for j in 0..<b.count {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
            diagonal = above
        }
    }
    return row[b.count]
}
