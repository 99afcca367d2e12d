/// Both sets of metrics, side by side, of each recording and of all of them.
public struct MetricsReport: Sendable {
    public struct Scores: Sendable, Hashable {
        public private(set) var paper = PaperMetrics()
        public private(set) var clear = CLEARMetrics()
        public private(set) var hota = HOTAMetrics()

        init() {}

        init(references: [[LabelledDirection]], predictions: [[LabelledDirection]]) {
            paper = PaperMetrics(references: references, predictions: predictions)
            clear = CLEARMetrics(references: references, predictions: predictions)
            hota = HOTAMetrics(references: references, predictions: predictions)
        }

        mutating func pool(_ other: Scores) {
            paper.pool(other.paper)
            clear.pool(other.clear)
            hota.pool(other.hota)
        }
    }

    /// In the order they were added.
    public let recordings: [(name: String, scores: Scores)]
    /// From the summed counts of all recordings, so a long one weighs more than a short one.
    public let pooled: Scores
}

/// Scores recordings one by one; no identity, match or pair of one recording is known in the next.
public struct MetricsAccumulator: Sendable {
    private var recordings: [(name: String, scores: MetricsReport.Scores)] = []
    private var pooled = MetricsReport.Scores()

    public init() {}

    /// One recording: the active sources of each block of 100 ms.
    public mutating func add(
        name: String, references: [[LabelledDirection]], predictions: [[LabelledDirection]]
    ) {
        let scores = MetricsReport.Scores(references: references, predictions: predictions)
        recordings.append((name, scores))
        pooled.pool(scores)
    }

    public func report() -> MetricsReport { MetricsReport(recordings: recordings, pooled: pooled) }
}
