import JSON
public import Tracking

// Reports as JSON for programs. Keys are a contract: new ones may be added, none changes.

extension MetricsReport {
    /// {"angle": "direction" or "azimuth", "pooled": {"paper": {...}, "clear": {...}},
    /// "recordings": [{"name": ..., "paper": ..., "clear": ...}, ...]}, on one line. Keys contain the unit unless it is percent or a count; undefined values are null.
    ///
    /// With two recordings or more, `pooled` also contains "interval": {"paper": {...}, "clear": {...}}. Each figure except
    /// counts has {"low": ..., "high": ...}, its 95 % confidence interval.
    public var json: String { JSONWriter.text { write(to: &$0) } }

    /// Also contains "baseline", the same object for another system's scores of the same recordings, and "difference":
    /// {"paper": {...}, "clear": {...}}. There each figure except counts has {"estimate": ..., "low": ..., "high": ...,
    /// "contains_zero": ...}: the difference from the baseline, paired by recordings.
    public func json(baseline: MetricsReport) -> String {
        JSONWriter.text { json in
            write(to: &json)
            json.openObject("baseline")
            baseline.write(to: &json)
            json.closeObject()
            json.openObject("difference")
            Self.writeFigures(to: &json) { json, figure in
                let interval = Jackknife.difference(from: [baseline], to: [self], within: figure.bounds, figure.value)
                guard let own = figure.value(pooled), let other = figure.value(baseline.pooled) else {
                    return json.field(figure.key, exact: nil)
                }
                json.openObject(figure.key)
                json.field("estimate", exact: own - other)
                json.field("low", exact: interval?.low)
                json.field("high", exact: interval?.high)
                json.field("contains_zero", interval?.containsZero)
                json.closeObject()
            }
            json.closeObject()
        }
    }

    private func write(to json: inout JSONWriter) {
        json.field("angle", angle.rawValue)
        json.openObject("pooled")
        pooled.write(to: &json)
        if recordings.count >= 2 {
            json.openObject("interval")
            Self.writeFigures(to: &json) { json, figure in
                guard let interval = Jackknife.interval([self], within: figure.bounds, figure.value) else {
                    return json.field(figure.key, exact: nil)
                }
                json.openObject(figure.key)
                json.field("low", exact: interval.low)
                json.field("high", exact: interval.high)
                json.closeObject()
            }
            json.closeObject()
        }
        json.closeObject()
        json.openArray("recordings")
        for recording in recordings {
            json.openObject()
            json.field("name", recording.name)
            recording.scores.write(to: &json)
            json.closeObject()
        }
        json.closeArray()
    }

    /// "paper": {...}, "clear": {...}
    private static func writeFigures(to json: inout JSONWriter, _ field: (inout JSONWriter, MetricsFigure) -> Void) {
        for set in MetricsFigure.Definitions.allCases {
            json.openObject(set.rawValue)
            for figure in MetricsFigure.all where figure.set == set { field(&json, figure) }
            json.closeObject()
        }
    }
}

extension MetricsReport.Scores {
    /// "paper": {...}, "clear": {...}: figures, then counts.
    fileprivate func write(to json: inout JSONWriter) {
        let counts: [MetricsFigure.Definitions: [(String, Int)]] = [
            .paper: [
                ("switches", paper.switches), ("references", paper.references), ("pairs", paper.pairs), ("misses", paper.misses),
                ("false_positives", paper.falsePositives), ("blocks", paper.blocks),
            ],
            .clear: [
                ("switches", clear.switches), ("fragmentations", clear.fragmentations), ("references", clear.references),
                ("predictions", clear.predictions), ("matches", clear.matches), ("misses", clear.misses),
                ("false_positives", clear.falsePositives), ("sources", clear.sources), ("sources_found", clear.sourcesFound),
                ("blocks", clear.blocks),
            ],
        ]
        for set in MetricsFigure.Definitions.allCases {
            json.openObject(set.rawValue)
            for figure in MetricsFigure.all where figure.set == set { json.field(figure.key, exact: figure.value(self)) }
            for (key, count) in counts[set] ?? [] { json.field(key, count) }
            json.closeObject()
        }
    }
}
