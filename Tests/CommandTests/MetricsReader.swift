/// Reads Prometheus' text format and nothing beside it: every line that is not of the format, every family that is told
/// twice or without help and type, and every name that does not keep to the conventions is an error.
struct MetricsReader {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    struct Series: Hashable {
        let name: String
        let labels: [String: String]

        init(_ name: String, _ labels: [String: String] = [:]) {
            self.name = name
            self.labels = labels
        }
    }

    private(set) var values: [Series: Double] = [:]
    private(set) var kinds: [String: String] = [:]
    private var helped: Set<String> = []
    /// The family whose lines are being read, and those that are over.
    private var present = ""
    private var over: Set<String> = []

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Fault(description: "the last line has no end") }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() { try read(String(line)) }
    }

    private mutating func read(_ line: String) throws {
        func fail(_ what: String) -> Fault { Fault(description: "\(what): \(line)") }
        if let match = line.wholeMatch(of: /# HELP ([a-z_:][a-z0-9_:]*) (\S.*)/) {
            let name = String(match.1)
            guard !over.contains(name), helped.insert(name).inserted, name.hasPrefix("bearing_") else { throw fail("help") }
            over.insert(present)
            present = name
        } else if let match = line.wholeMatch(of: /# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|summary)/) {
            let (name, kind) = (String(match.1), String(match.2))
            guard name == present, kinds[name] == nil else { throw fail("type") }
            guard (kind == "counter") == name.hasSuffix("_total") else { throw fail("a counter ends in _total, nothing else does") }
            guard !name.contains(/milli|micro|nano|_ms|minutes/) else { throw fail("not a base unit") }
            kinds[name] = kind
        } else if let match = line.wholeMatch(of: /([a-z_:][a-z0-9_:]*)(\{.*\})? (NaN|[+-]Inf|-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?)/) {
            let (name, labels) = (String(match.1), try Self.labels(match.2.map(String.init) ?? "{}"))
            let isPart = kinds[present] == "summary" && ["_sum", "_count"].contains { name == present + $0 }
            guard let kind = kinds[present], name == present || isPart else { throw fail("no type before") }
            if kind == "summary", !isPart, labels["quantile"].flatMap(Double.init) == nil { throw fail("no quantile") }
            let value = match.3 == "NaN" ? Double.nan : Double(match.3.replacing("Inf", with: "inf"))!
            if kind == "counter", !(value >= 0) { throw fail("a counter below zero") }
            guard values.updateValue(value, forKey: Series(name, labels)) == nil else { throw fail("told twice") }
        } else {
            throw fail("neither help, type nor sample")
        }
    }

    /// Of {name="value",...}.
    private static func labels(_ text: String) throws -> [String: String] {
        var labels: [String: String] = [:]
        var rest = text.dropFirst().dropLast()
        while !rest.isEmpty {
            guard let match = rest.prefixMatch(of: /([a-z_][a-z0-9_]*)="((?:[^"\\]|\\\\|\\"|\\n)*)"(,|$)/) else {
                throw Fault(description: "labels: \(text)")
            }
            let value = String(match.2).replacing(/\\(.)/) { $0.1 == "n" ? "\n" : String($0.1) }
            guard labels.updateValue(value, forKey: String(match.1)) == nil else { throw Fault(description: "label twice: \(text)") }
            rest = rest[match.range.upperBound...]
        }
        return labels
    }
}
