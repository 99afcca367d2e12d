public import Tracking

// Reports as JSON for programs. Keys are a contract: new ones may be added, none changes.

extension MetricsReport {
    /// {"pooled": {"paper": {...}, "clear": {...}}, "recordings": [{"name": ..., "paper": ..., "clear": ...}, ...]}, on one
    /// line. Keys contain the unit unless it is percent or a count; undefined values are null.
    ///
    /// With two recordings or more, `pooled` also contains "interval": {"paper": {...}, "clear": {...}}. Each figure except
    /// counts has {"low": ..., "high": ...}, its 95 % confidence interval.
    public var json: String { "{\(jsonMembers)}" }

    /// Also contains "baseline", the same object for another system's scores of the same recordings, and "difference":
    /// {"paper": {...}, "clear": {...}}. There each figure except counts has {"estimate": ..., "low": ..., "high": ...,
    /// "contains_zero": ...}: the difference from the baseline, paired by recordings.
    public func json(baseline: MetricsReport) -> String {
        let difference = Self.figures { figure -> String? in
            let interval = Jackknife.difference(from: [baseline], to: [self], within: figure.bounds, figure.value)
            let estimate = figure.value(pooled).flatMap { own in figure.value(baseline.pooled).map { own - $0 } }
            return estimate.map {
                Self.object([
                    ("estimate", $0), ("low", interval?.low), ("high", interval?.high), ("contains_zero", interval?.containsZero),
                ])
            }
        }
        return "{\(jsonMembers),\"baseline\":\(baseline.json),\"difference\":\(difference)}"
    }

    private var jsonMembers: String {
        let each = recordings.map { "{\"name\":\(Self.quoted($0.name)),\(Self.members($0.scores))}" }
        let intervals = Self.figures { figure in
            Jackknife.interval([self], within: figure.bounds, figure.value).map { Self.object([("low", $0.low), ("high", $0.high)]) }
        }
        let pooled = Self.members(pooled) + (recordings.count < 2 ? "" : ",\"interval\":\(intervals)")
        return "\"pooled\":{\(pooled)},\"recordings\":[\(each.joined(separator: ","))]"
    }

    /// {"paper": {...}, "clear": {...}}
    private static func figures(_ value: (MetricsFigure) -> (any CustomStringConvertible)?) -> String {
        object(
            MetricsFigure.Definitions.allCases.map { set in
                (set.rawValue, object(MetricsFigure.all.filter { $0.set == set }.map { ($0.key, value($0)) }))
            })
    }

    private static func members(_ scores: Scores) -> String {
        let (paper, clear) = (scores.paper, scores.clear)
        func members(_ set: MetricsFigure.Definitions, _ counts: [(String, Int)]) -> String {
            let figures: [(String, (any CustomStringConvertible)?)] = MetricsFigure.all.filter { $0.set == set }
                .map { ($0.key, $0.value(scores)) }
            return "\"\(set.rawValue)\":\(object(figures + counts.map { ($0.0, $0.1) }))"
        }
        return members(
            .paper,
            [
                ("switches", paper.switches), ("references", paper.references), ("pairs", paper.pairs), ("misses", paper.misses),
                ("false_positives", paper.falsePositives), ("blocks", paper.blocks),
            ]) + ","
            + members(
                .clear,
                [
                    ("switches", clear.switches), ("fragmentations", clear.fragmentations), ("references", clear.references),
                    ("predictions", clear.predictions), ("matches", clear.matches), ("misses", clear.misses),
                    ("false_positives", clear.falsePositives), ("sources", clear.sources), ("sources_found", clear.sourcesFound),
                    ("blocks", clear.blocks),
                ])
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
