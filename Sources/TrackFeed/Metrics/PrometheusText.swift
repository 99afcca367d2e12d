/// Writes metrics in Prometheus' text exposition format, version 0.0.4: each family begins with its help and type.
package struct PrometheusText {
    package enum Kind: String { case counter, gauge, summary }

    package struct Sample {
        /// Suffix of the family's name: `_sum` and `_count` of a summary.
        package var suffix = ""
        package var labels: [(name: String, value: String)] = []
        package var value: Double

        package init(_ value: Double, suffix: String = "", _ labels: (name: String, value: String)...) {
            self.value = value
            self.suffix = suffix
            self.labels = labels
        }
    }

    package private(set) var text = ""

    package init() {}

    /// - Parameters:
    ///   - name: of letters, digits and underscores; that of a counter ends in `_total`.
    ///   - samples: a family without samples is omitted.
    package mutating func family(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(Self.escape(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escape($0.value, quotes: true))\"" }.joined(separator: ",")
            text += name + sample.suffix + (labels.isEmpty ? "" : "{\(labels)}") + " \(Self.number(sample.value))\n"
        }
    }

    package mutating func family(_ name: String, _ kind: Kind, _ help: String, _ value: Double?) {
        family(name, kind, help, value.map { [Sample($0)] } ?? [])
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }
}
