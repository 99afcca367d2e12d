public import Tracking

// Reports as text.

extension MetricsReport {
    /// A table: optionally a line for each recording, and one for all; undefined values are dashes.
    ///
    /// Left of the bar are the paper's definitions (LE degrees, IDS a minute, otherwise percent), right of it those of CLEAR
    /// MOT (MOTP degrees, switches and fragmentations a minute, onset latency in ms, otherwise percent). Below the pooled
    /// scores of several recordings is their 95 % confidence interval.
    ///
    /// - Parameter baseline: another system's scores of the same recordings, shown below with the differences from them.
    public func table(perRecording: Bool = false, baseline: MetricsReport? = nil) -> String {
        let figures = MetricsFigure.all.filter { $0.title != nil }
        var lines = [Self.line(angle == .azimuth ? "by azimuth" : "", figures) { $0.title }]
        if perRecording {
            lines += recordings.map { recording in
                Self.line(recording.name, figures) { $0.text($0.value(recording.scores)) }
            }
        }
        lines += pooledLines(recordings.count == 1 ? "1 recording" : "\(recordings.count) recordings", figures)
        if let baseline {
            lines += baseline.pooledLines("baseline", figures)
            lines.append(
                Self.line("difference", figures) { figure in
                    figure.value(pooled).flatMap { own in figure.value(baseline.pooled).map { own - $0 } }
                        .map { figure.text($0, isSigned: true) }
                })
            lines += Self.boundLines(figures, areSigned: true) {
                Jackknife.difference(from: [baseline], to: [self], within: $0.bounds, $0.value)
            }
        }
        return Self.aligned(lines)
    }

    /// All recordings together, with the interval if there are several.
    private func pooledLines(_ name: String, _ figures: [MetricsFigure]) -> [[String]] {
        [Self.line(name, figures) { $0.text($0.value(pooled)) }]
            + (recordings.count < 2 ? [] : Self.boundLines(figures) { Jackknife.interval([self], within: $0.bounds, $0.value) })
    }

    /// - Parameter areSigned: for a difference, which may be chance if its interval contains 0.
    private static func boundLines(
        _ figures: [MetricsFigure], areSigned: Bool = false, _ interval: (MetricsFigure) -> Interval?
    ) -> [[String]] {
        func bounds(_ name: String, _ text: (MetricsFigure, Interval) -> String) -> [String] {
            line(name, figures) { figure in interval(figure).map { text(figure, $0) } }
        }
        var lines = [
            bounds("  95 % from") { $0.text($1.low, isSigned: areSigned) },
            bounds("  95 % to") { $0.text($1.high, isSigned: areSigned) },
        ]
        if areSigned { lines.append(bounds("  contains 0") { $1.containsZero ? "yes" : "no" }) }
        return lines
    }

    /// The name and a cell for each figure, with a bar between the two sets.
    private static func line(_ name: String, _ figures: [MetricsFigure], _ cell: (MetricsFigure) -> String?) -> [String] {
        let cells = MetricsFigure.Definitions.allCases.map { set in figures.filter { $0.set == set }.map { cell($0) ?? "-" } }
        return [name] + cells.joined(separator: ["|"])
    }

    private static func aligned(_ lines: [[String]]) -> String {
        let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = line.indices.map { i in
                let padding = String(repeating: " ", count: widths[i] - line[i].count)
                return i == 0 ? line[i] + padding : padding + line[i]
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }
}

extension MetricsFigure {
    fileprivate func text(_ value: Double?, isSigned: Bool = false) -> String {
        guard let text = value?.fixed(decimals) else { return "-" }
        let isPositive = !text.hasPrefix("-") && text.contains { ("1"..."9").contains($0) }
        return isSigned && isPositive ? "+" + text : text
    }
}
