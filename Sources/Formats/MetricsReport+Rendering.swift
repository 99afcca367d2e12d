public import Tracking

// Reports as text for people and as JSON for programs.

extension MetricsReport {
    /// A table: a line for each recording when asked for, and one for all of them; what is undefined is a dash.
    ///
    /// Left of the bar the paper's definitions (LE degrees, IDS a minute, else percent), right of it CLEAR MOT's (MOTP
    /// degrees, switches and fragmentations counted, onset latency in ms, else percent).
    public func table(perRecording: Bool = false) -> String {
        var lines = [Self.columns.map(\.title)]
        if perRecording { lines += recordings.map { Self.line($0.name, $0.scores) } }
        lines.append(Self.line(recordings.count == 1 ? "1 recording" : "\(recordings.count) recordings", pooled))
        let widths = Self.columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = line.indices.map { i in
                let padding = String(repeating: " ", count: widths[i] - line[i].count)
                return i == 0 ? line[i] + padding : padding + line[i]
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private struct Column {
        let title: String
        let decimals: Int
        let value: @Sendable (Scores) -> Double?
    }

    private static let columns = [
        Column(title: "", decimals: 0) { _ in nil },
        Column(title: "LE", decimals: 1) { $0.paper.localizationError },
        Column(title: "LR", decimals: 1) { $0.paper.recall },
        Column(title: "LP", decimals: 1) { $0.paper.precision },
        Column(title: "LF", decimals: 1) { $0.paper.fScore },
        Column(title: "MOTa", decimals: 1) { $0.paper.mota },
        Column(title: "IDS/min", decimals: 1) { $0.paper.switchesPerMinute },
        Column(title: "|", decimals: 0) { _ in nil },
        Column(title: "MOTA", decimals: 1) { $0.clear.mota },
        Column(title: "MOTP", decimals: 1) { $0.clear.motp },
        Column(title: "IDF1", decimals: 1) { $0.clear.idf1 },
        Column(title: "HOTA", decimals: 1) { $0.hota.hota },
        Column(title: "switches", decimals: 0) { Double($0.clear.switches) },
        Column(title: "fragments", decimals: 0) { Double($0.clear.fragmentations) },
        Column(title: "onset", decimals: 0) { $0.clear.onsetLatency },
    ]

    private static func line(_ name: String, _ scores: Scores) -> [String] {
        columns.map { column in
            switch column.title {
            case "": name
            case "|": "|"
            default: column.value(scores).map { fixed($0, column.decimals) } ?? "-"
            }
        }
    }

    private static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1) { value, _ in value * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let sign = scaled < 0 ? "-" : ""
        guard decimals > 0 else { return "\(scaled)" }
        let fraction = "\(abs(scaled) % scale)"
        return "\(sign)\(abs(scaled) / scale).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}

extension MetricsReport {
    /// {"pooled": {"paper": {...}, "clear": {...}}, "recordings": [{"name": ..., "paper": ..., "clear": ...}, ...]}, on one
    /// line; units in the keys where they are not percent or counts, null where undefined.
    public var json: String {
        let each = recordings.map { "{\"name\":\(Self.quoted($0.name)),\(Self.members($0.scores))}" }
        return "{\"pooled\":{\(Self.members(pooled))},\"recordings\":[\(each.joined(separator: ","))]}"
    }

    private static func members(_ scores: Scores) -> String {
        let (paper, clear) = (scores.paper, scores.clear)
        let first = object([
            ("localization_error_degrees", paper.localizationError), ("recall", paper.recall),
            ("precision", paper.precision), ("f_score", paper.fScore), ("mota", paper.mota),
            ("switches_per_minute", paper.switchesPerMinute), ("switches", paper.switches),
            ("references", paper.references), ("pairs", paper.pairs), ("misses", paper.misses),
            ("false_positives", paper.falsePositives), ("blocks", paper.blocks),
        ])
        let second = object([
            ("mota", clear.mota), ("motp_degrees", clear.motp), ("idf1", clear.idf1),
            ("hota", scores.hota.hota), ("detection_accuracy", scores.hota.detectionAccuracy),
            ("association_accuracy", scores.hota.associationAccuracy),
            ("switches_per_minute", clear.switchesPerMinute), ("onset_latency_ms", clear.onsetLatency),
            ("switches", clear.switches), ("fragmentations", clear.fragmentations),
            ("references", clear.references), ("predictions", clear.predictions), ("matches", clear.matches),
            ("misses", clear.misses), ("false_positives", clear.falsePositives), ("sources", clear.sources),
            ("sources_found", clear.sourcesFound), ("blocks", clear.blocks),
        ])
        return "\"paper\":\(first),\"clear\":\(second)"
    }

    private static func object(_ members: [(String, (any CustomStringConvertible)?)]) -> String {
        "{" + members.map { "\"\($0)\":\($1?.description ?? "null")" }.joined(separator: ",") + "}"
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 0x20:
                "\\u" + String(repeating: "0", count: 4 - String(scalar.value, radix: 16).count)
                    + String(scalar.value, radix: 16)
            default: String(scalar)
            }
        }
        return "\"" + escaped.joined() + "\""
    }
}
