import Tracking

/// A rate, mean or share of a report, which tables and JSON show, with a confidence interval.
struct MetricsFigure: Sendable {
    enum Definitions: String, CaseIterable {
        case paper, clear
    }

    /// Whose definition it is; also the JSON object that contains it.
    let set: Definitions
    /// The key in that object.
    let key: String
    /// The column of the table; nil if it has none.
    let title: String?
    let decimals: Int
    let bounds: FigureBounds
    let value: @Sendable (MetricsReport.Scores) -> Double?

    private init(
        _ set: Definitions, _ key: String, title: String?, _ bounds: FigureBounds, decimals: Int = 1,
        _ value: @escaping @Sendable (MetricsReport.Scores) -> Double?
    ) {
        self.set = set
        self.key = key
        self.title = title
        self.decimals = decimals
        self.bounds = bounds
        self.value = value
    }

    /// In the order of the columns.
    static let all = [
        MetricsFigure(.paper, "localization_error_degrees", title: "LE", .angle) { $0.paper.localizationError },
        MetricsFigure(.paper, "recall", title: "LR", .share) { $0.paper.recall },
        MetricsFigure(.paper, "precision", title: "LP", .share) { $0.paper.precision },
        MetricsFigure(.paper, "f_score", title: "LF", .share) { $0.paper.fScore },
        MetricsFigure(.paper, "mota", title: "MOTa", .accuracy) { $0.paper.mota },
        MetricsFigure(.paper, "switches_per_minute", title: "IDS/min", .amount) { $0.paper.switchesPerMinute },
        MetricsFigure(.clear, "mota", title: "MOTA", .accuracy) { $0.clear.mota },
        MetricsFigure(.clear, "motp_degrees", title: "MOTP", .angle) { $0.clear.motp },
        MetricsFigure(.clear, "idf1", title: "IDF1", .share) { $0.clear.idf1 },
        MetricsFigure(.clear, "hota", title: "HOTA", .share) { $0.hota.hota },
        MetricsFigure(.clear, "detection_accuracy", title: nil, .share) { $0.hota.detectionAccuracy },
        MetricsFigure(.clear, "association_accuracy", title: nil, .share) { $0.hota.associationAccuracy },
        MetricsFigure(.clear, "switches_per_minute", title: "switches/min", .amount) { $0.clear.switchesPerMinute },
        MetricsFigure(.clear, "fragmentations_per_minute", title: "fragments/min", .amount) { $0.clear.fragmentationsPerMinute },
        MetricsFigure(.clear, "onset_latency_ms", title: "onset", .amount, decimals: 0) { $0.clear.onsetLatency },
    ]
}
