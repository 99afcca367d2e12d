import Geometry

/// HOTA (Luiten et al., 2021): equal weights of detection and association, averaged over similarity thresholds.
///
/// Similarity of two directions is max(0, 1 - angle / 40 degrees); its thresholds 0.05, 0.10 ... 0.95 are 38 down to 2 degrees.
/// Counts of one recording, or of several pooled; values are percent, nil if nothing is active on either side.
public struct HOTAMetrics: Sendable, Hashable {
    /// Angle in degrees from which similarity is 0.
    public static let fullScaleDegrees = 40.0
    private static let thresholds = (1...19).map { Double($0) * 0.05 }

    private var references = 0
    private var predictions = 0
    /// For each threshold: matches, and the sum over matches of the overlap of their identities.
    private var matches = [Int](repeating: 0, count: 19)
    private var associations = [Double](repeating: 0, count: 19)

    /// Empty, for pooling.
    public init() {}

    /// One recording: the active sources of each block; if one list is shorter, its further blocks are silent.
    public init(references: [[LabelledDirection]], predictions: [[LabelledDirection]]) {
        let lives = Lives(references, predictions)
        self.references = lives.references.values.reduce(0, +)
        self.predictions = lives.predictions.values.reduce(0, +)
        var shared = [[Pair: Int]](repeating: [:], count: Self.thresholds.count)
        for (real, found) in zip(references, predictions) {
            let similarity = Self.similarity(real, found)
            let scores = similarity.indices.map { i in
                -lives.alignment(Pair(real[i / found.count], found[i % found.count])) * similarity[i]
            }
            for (i, column) in Assignment.solve(scores, rows: real.count, columns: found.count).enumerated() {
                guard let column else { continue }
                let pair = Pair(real[i], found[column])
                for (a, threshold) in Self.thresholds.enumerated()
                where similarity[i * found.count + column] >= threshold - 1e-12 {
                    shared[a][pair, default: 0] += 1
                }
            }
        }
        for (a, pairs) in shared.enumerated() {
            // In an order that is the same in every process, to the last bit of the sum.
            for (pair, count) in pairs.sorted(by: { ($0.key.reference, $0.key.prediction) < ($1.key.reference, $1.key.prediction) }) {
                matches[a] += count
                associations[a] += Double(count * count) / Double(lives.united(pair) - count)
            }
        }
    }

    /// [references, predictions], 0...1.
    private static func similarity(_ references: [LabelledDirection], _ predictions: [LabelledDirection]) -> [Double] {
        references.flatMap { r in
            predictions.map { max(0, 1 - Double(r.direction.angle(to: $0.direction)) / fullScaleDegrees) }
        }
    }

    /// Adds another recording's counts.
    public mutating func pool(_ other: HOTAMetrics) {
        references += other.references
        predictions += other.predictions
        for a in matches.indices {
            matches[a] += other.matches[a]
            associations[a] += other.associations[a]
        }
    }

    /// HOTA: the geometric mean of detection and association at each threshold, averaged.
    public var hota: Double? { mean { (self.detection($0) * self.association($0)).squareRoot() } }
    /// DetA.
    public var detectionAccuracy: Double? { mean { self.detection($0) } }
    /// AssA.
    public var associationAccuracy: Double? { mean { self.association($0) } }

    private func detection(_ a: Int) -> Double { Double(matches[a]) / Double(references + predictions - matches[a]) }

    private func association(_ a: Int) -> Double { matches[a] == 0 ? 0 : associations[a] / Double(matches[a]) }

    private func mean(_ value: (Int) -> Double) -> Double? {
        references + predictions == 0 ? nil : 100 * matches.indices.reduce(0) { $0 + value($1) } / Double(matches.count)
    }
}

extension HOTAMetrics {
    private struct Pair: Hashable {
        let reference: Int
        let prediction: Int

        init(_ reference: LabelledDirection, _ prediction: LabelledDirection) {
            self.reference = reference.identity
            self.prediction = prediction.identity
        }
    }

    /// Blocks in which each identity is active, and the alignment of each pair over the recording.
    private struct Lives {
        private(set) var references: [Int: Int] = [:]
        private(set) var predictions: [Int: Int] = [:]
        /// Similarity of a pair, relative to all other possible pairs of both, summed over blocks.
        private var potential: [Pair: Double] = [:]

        init(_ references: [[LabelledDirection]], _ predictions: [[LabelledDirection]]) {
            for label in references.joined() { self.references[label.identity, default: 0] += 1 }
            for label in predictions.joined() { self.predictions[label.identity, default: 0] += 1 }
            for (real, found) in zip(references, predictions) {
                let similarity = HOTAMetrics.similarity(real, found)
                let rows = real.indices.map { i in found.indices.reduce(0) { $0 + similarity[i * found.count + $1] } }
                let columns = found.indices.map { j in real.indices.reduce(0) { $0 + similarity[$1 * found.count + j] } }
                for i in real.indices {
                    for j in found.indices where similarity[i * found.count + j] > 0 {
                        let own = similarity[i * found.count + j]
                        potential[Pair(real[i], found[j]), default: 0] += own / (rows[i] + columns[j] - own)
                    }
                }
            }
        }

        /// Blocks of the reference plus blocks of the prediction.
        func united(_ pair: Pair) -> Int { references[pair.reference, default: 0] + predictions[pair.prediction, default: 0] }

        func alignment(_ pair: Pair) -> Double {
            let own = potential[pair, default: 0]
            return own / (Double(united(pair)) - own)
        }
    }
}

extension HOTAMetrics: Codable {
    private enum CodingKeys: CodingKey { case references, predictions, matches, associations }

    /// Values for every threshold, or an error.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func row<Value: Decodable>(_ key: CodingKeys) throws -> [Value] {
            let values = try container.decode([Value].self, forKey: key)
            guard values.count == Self.thresholds.count else {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container,
                    debugDescription: "expected \(Self.thresholds.count) values of \(key.stringValue), found \(values.count)")
            }
            return values
        }
        references = try container.decode(Int.self, forKey: .references)
        predictions = try container.decode(Int.self, forKey: .predictions)
        matches = try row(.matches)
        associations = try row(.associations)
    }
}
