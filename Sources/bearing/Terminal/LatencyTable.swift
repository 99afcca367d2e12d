import JSON
import TrackFeed

/// Percentiles of durations as a table in milliseconds.
enum LatencyTable {
    private static let nameWidth = 28
    private static let columnWidth = 9

    static let head = line("milliseconds", ["50 %", "90 %", "99 %", "99.9 %", "longest"])

    /// - Parameter figures: of the columns, in milliseconds; nil if nothing was counted.
    static func row(_ name: String, _ figures: [Double]?) -> String {
        line(name, figures?.map { $0.formatted(2) } ?? [String](repeating: "-", count: 5))
    }

    static func milliseconds(_ summary: LatencySummary) -> [Double]? {
        guard summary.count > 0 else { return nil }
        return [summary.p50, summary.p90, summary.p99, summary.p999, summary.longest].map { Double($0) * 1e-6 }
    }

    /// With the keys of a status line.
    static func write(_ summary: LatencySummary, as key: String, to json: inout JSONWriter) {
        json.openObject(key)
        json.field("count", summary.count)
        for (name, figure) in zip(["p50", "p90", "p99", "p999", "max"], milliseconds(summary) ?? [0, 0, 0, 0, 0]) {
            json.field(name, figure, decimals: 3)
        }
        json.closeObject()
    }

    private static func line(_ name: String, _ columns: [String]) -> String {
        func spaces(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) }
        return name + spaces(name, nameWidth) + columns.map { spaces($0, columnWidth) + $0 }.joined()
    }
}
