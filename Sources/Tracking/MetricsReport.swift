/// Both sets of metrics, of each recording and of all of them.
///
/// The encoded form has the counts of the recordings; decoding sums them again, so a stored report can be pooled and compared.
public struct MetricsReport: Sendable, Hashable {
    public struct Scores: Sendable, Hashable, Codable {
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

        func pooled(with other: Scores) -> Scores {
            var sum = self
            sum.pool(other)
            return sum
        }
    }

    public struct Recording: Sendable, Hashable, Codable {
        public let name: String
        public let scores: Scores
    }

    /// The angle by which they were scored.
    public let angle: ScoredAngle
    /// In the order in which they were added.
    public let recordings: [Recording]
    /// From the summed counts of all recordings, so that longer ones have more weight.
    public let pooled: Scores

    package init(recordings: [Recording], angle: ScoredAngle) {
        self.angle = angle
        self.recordings = recordings
        pooled = recordings.reduce(into: Scores()) { $0.pool($1.scores) }
    }
}

extension MetricsReport: Codable {
    private enum CodingKeys: CodingKey { case recordings, angle }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            recordings: try container.decode([Recording].self, forKey: .recordings),
            angle: try container.decodeIfPresent(ScoredAngle.self, forKey: .angle) ?? .direction)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(recordings, forKey: .recordings)
        try container.encode(angle, forKey: .angle)
    }
}

/// Scores recordings one by one; identities and matches do not continue into the next recording.
public struct MetricsAccumulator: Sendable {
    private let angle: ScoredAngle
    private var recordings: [MetricsReport.Recording] = []

    public init(by angle: ScoredAngle = .direction) { self.angle = angle }

    /// One recording: the active sources of each block of 100 ms.
    public mutating func add(
        name: String, references: [[LabelledDirection]], predictions: [[LabelledDirection]]
    ) {
        let scores = MetricsReport.Scores(references: angle.scored(references), predictions: angle.scored(predictions))
        recordings.append(MetricsReport.Recording(name: name, scores: scores))
    }

    public func report() -> MetricsReport { MetricsReport(recordings: recordings, angle: angle) }
}
