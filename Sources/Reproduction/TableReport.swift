public import Dataset
import Formats
import JSON
import Tracking

/// The results of a reproduction as Markdown, JSON, and training curves in SVG.
public struct TableReport {
    /// A figure of a result: its name and its value.
    struct Figure: Sendable {
        let title: String
        let key: String
        let decimals: Int
        let bounds: FigureBounds
        let value: @Sendable (MetricsReport.Scores) -> Double?
    }

    /// The paper's own columns.
    static let paperFigures = [
        Figure(title: "LE", key: "localization_error_degrees", decimals: 1, bounds: .angle) { $0.paper.localizationError },
        Figure(title: "MOTa", key: "paper_mota", decimals: 1, bounds: .accuracy) { $0.paper.mota },
        Figure(title: "IDS/min", key: "paper_switches_per_minute", decimals: 1, bounds: .amount) { $0.paper.switchesPerMinute },
        Figure(title: "LR", key: "recall", decimals: 1, bounds: .share) { $0.paper.recall },
    ]
    /// The scores of trackers.
    static let trackingFigures = [
        Figure(title: "MOTA", key: "mota", decimals: 1, bounds: .accuracy) { $0.clear.mota },
        Figure(title: "IDF1", key: "idf1", decimals: 1, bounds: .share) { $0.clear.idf1 },
        Figure(title: "HOTA", key: "hota", decimals: 1, bounds: .share) { $0.hota.hota },
        Figure(title: "switches/min", key: "switches_per_minute", decimals: 1, bounds: .amount) { $0.clear.switchesPerMinute },
    ]
    private static let error = paperFigures[0]

    public let results: [TableResult]
    public let settings: Reproduction.Settings
    /// The command that reproduces the table.
    public let command: String

    public init(results: [TableResult], settings: Reproduction.Settings, command: String) {
        self.results = results
        self.settings = settings
        self.command = command
    }

    /// The results of one row over its seeds.
    func results(_ format: DatasetFormat, _ row: TableRow) -> [TableResult] {
        results.filter { $0.cell.format == format && $0.cell.row == row }
    }

    /// The mean over seeds of a pooled figure.
    func mean(_ results: [TableResult], _ figure: Figure, everyOutput: Bool = false) -> Double? {
        let values = results.compactMap { figure.value(everyOutput ? $0.everyOutput.pooled : $0.scores.pooled) }
        return values.isEmpty || values.count < results.count ? nil : values.reduce(0, +) / Double(values.count)
    }

    func interval(_ results: [TableResult], _ figure: Figure) -> Interval? {
        results.isEmpty ? nil : Jackknife.interval(results.map(\.scores), within: figure.bounds, figure.value)
    }

    /// The difference between the rows with and without dMOTa, on the same recordings and seeds.
    func effect(_ format: DatasetFormat, _ figure: Figure) -> Interval? {
        let (from, to) = (results(format, .augmentedMOTpActivity), results(format, .augmentedMOTpMOTaActivity))
        guard !from.isEmpty, from.map(\.cell.seed) == to.map(\.cell.seed) else { return nil }
        return Jackknife.difference(from: from.map(\.scores), to: to.map(\.scores), within: figure.bounds, figure.value)
    }

    /// LE of every row that has results.
    func errors(_ format: DatasetFormat) -> [(row: TableRow, error: Double)] {
        settings.rows.compactMap { row in mean(results(format, row), Self.error).map { (row, $0) } }
    }

    /// One object: settings, a list of cells, the effects of dMOTa.
    public var json: String {
        let figures = Self.paperFigures + Self.trackingFigures
        return JSONWriter.text { json in
            json.field("command", command)
            json.field("settings", "\(settings.training)")
            json.field("weights", "\(settings.weights)")
            json.openArray("cells")
            for result in results {
                json.openObject()
                json.field("format", result.cell.format.rawValue)
                json.field("row", result.cell.row.rawValue)
                json.field("seed", Int(result.cell.seed))
                json.field("best_epoch", result.bestEpoch)
                for figure in figures { json.field(figure.key, exact: figure.value(result.scores.pooled)) }
                json.field("every_output_localization_error_degrees", exact: Self.error.value(result.everyOutput.pooled))
                json.field("every_output_mota", exact: result.everyOutput.pooled.clear.mota)
                json.closeObject()
            }
            json.closeArray()
            json.openObject("effect_of_dMOTa")
            for format in settings.formats {
                json.openObject(format.rawValue)
                for figure in figures {
                    guard let interval = effect(format, figure) else { continue }
                    json.openObject(figure.key)
                    json.field("estimate", exact: interval.estimate)
                    json.field("low", exact: interval.low)
                    json.field("high", exact: interval.high)
                    json.field("contains_zero", interval.containsZero)
                    json.closeObject()
                }
                json.closeObject()
            }
            json.closeObject()
        } + "\n"
    }

    /// The training curves of each row's first seed.
    /// - Parameter folder: of the runs.
    public func curves(_ format: DatasetFormat, folder: String) throws -> String {
        let seed = settings.seeds.first
        let firsts = results.filter { $0.cell.format == format && $0.cell.seed == seed }
        let logs = try firsts.map {
            try EpochLog.read("\(folder)/runs/\($0.cell.name)/log.jsonl", name: $0.cell.row.title)
        }
        return CurvePlot(title: "Training, \(format.rawValue.uppercased())", logs: logs).svg
    }
}
