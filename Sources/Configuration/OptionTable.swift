import TOMLKit

/// Reads one table of the file key by key, notes every fault and, at the end, every key that nobody asked for.
struct OptionTable {
    let file: String
    /// The keys above this table, empty for the root.
    let path: String
    private let table: TOMLTable
    private var known: [String] = []

    init(file: String, path: String, table: TOMLTable) {
        self.file = file
        self.path = path
        self.table = table
    }

    /// A table within this one; nil when the file has none.
    mutating func section(_ key: String, _ faults: inout [ConfigurationFault]) -> OptionTable? {
        known.append(key)
        guard let value = table[key] else { return nil }
        guard let section = value.table else {
            faults.append(fault(key, expected: "a table, [\(place(key))]", found: describe(value)))
            return nil
        }
        return OptionTable(file: file, path: place(key), table: section)
    }

    mutating func text(_ key: String, _ faults: inout [ConfigurationFault], expected: String = "a string") -> String? {
        value(key, expected, &faults) { value in
            guard let text = value.string, !text.isEmpty else { return nil }
            return text
        }
    }

    /// A string that `parse` understands.
    mutating func parsed<Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault], _ parse: (String) -> Value?
    ) -> Value? {
        value(key, expected, &faults) { $0.string.flatMap(parse) }
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>, _ faults: inout [ConfigurationFault]) -> Int? {
        value(key, "an integer from \(range.lowerBound) to \(range.upperBound)", &faults) { value in
            value.int.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number; an integer is one too.
    mutating func number(
        _ key: String, in range: ClosedRange<Double>, _ faults: inout [ConfigurationFault]
    ) -> Double? {
        value(key, "a number from \(range.lowerBound) to \(range.upperBound)", &faults) { value in
            (value.double ?? value.int.map(Double.init)).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func flag(_ key: String, _ faults: inout [ConfigurationFault]) -> Bool? {
        value(key, "true or false", &faults) { $0.bool }
    }

    /// An array of integers that `parse` understands.
    mutating func integers<Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault], _ parse: ([Int]) -> Value?
    ) -> Value? {
        value(key, expected, &faults) { value in
            guard let array = value.array else { return nil }
            let numbers = array.compactMap { $0.int }
            return numbers.count == array.count ? parse(numbers) : nil
        }
    }

    /// Faults for keys that are none, each with the nearest that is one.
    func unknown() -> [ConfigurationFault] {
        table.keys.filter { !known.contains($0) }.sorted().map { key in
            let nearest = known.min { distance($0, key) < distance($1, key) }
            let close = nearest.flatMap { distance($0, key) <= max(2, key.count / 3) ? $0 : nil }
            let names = known.sorted().joined(separator: ", ")
            return fault(
                key, expected: "one of the keys \(names)", found: "an unknown key",
                advice: close.map { "did you mean \(place($0))?" } ?? "remove it")
        }
    }

    private mutating func value<Value>(
        _ key: String, _ expected: String, _ faults: inout [ConfigurationFault],
        _ read: (any TOMLValueConvertible) -> Value?
    ) -> Value? {
        known.append(key)
        guard let found = table[key] else { return nil }
        if let value = read(found) { return value }
        faults.append(fault(key, expected: expected, found: describe(found)))
        return nil
    }

    private func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    private func fault(_ key: String, expected: String, found: String, advice: String = "") -> ConfigurationFault {
        ConfigurationFault(file: file, place: place(key), expected: expected, found: found, advice: advice)
    }

    private func describe(_ value: any TOMLValueConvertible) -> String {
        switch value.type {
        case .string: "the string \"\(value.string ?? "")\""
        case .int: "the integer \(value.int ?? 0)"
        case .double: "the number \(value.double ?? 0)"
        case .bool: "\(value.bool ?? false)"
        case .array:
            "the array [\((value.array ?? []).map { $0.debugDescription }.joined(separator: ", "))]"
        default: "a \(value.type.description)"
        }
    }
}

/// The Levenshtein distance: how many letters to insert, remove or change.
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
