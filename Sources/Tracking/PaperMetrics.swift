import Geometry

/// Localisation and detection metrics of Adavanne, Politis and Virtanen (WASPAA 2021, section II): each block pairs min(M, N)
/// predictions and references with the least total angle, without a limit.
///
/// Counts of one recording, or of several pooled. A quotient by 0 is nil.
public struct PaperMetrics: Sendable, Hashable, Codable {
    /// Blocks of 100 ms.
    public private(set) var blocks = 0
    /// Active references, summed over blocks.
    public private(set) var references = 0
    /// Pairs: true positives.
    public private(set) var pairs = 0
    public private(set) var misses = 0
    public private(set) var falsePositives = 0
    /// Pairs that were not a pair in the previous block. As in the paper's Table I every onset of activity counts, so a perfect
    /// tracker has one per event; actual identity switches are those of `CLEARMetrics`.
    public private(set) var switches = 0
    /// Degrees, over all pairs.
    public private(set) var angleSum = 0.0

    /// Empty, for pooling.
    public init() {}

    /// One recording: the active sources of each block; if one list is shorter, its further blocks are silent.
    public init(references: [[LabelledDirection]], predictions: [[LabelledDirection]]) {
        blocks = max(references.count, predictions.count)
        var latest: [Int: Int] = [:]
        for k in 0..<blocks {
            let real = k < references.count ? references[k] : []
            let found = k < predictions.count ? predictions[k] : []
            let angles = real.flatMap { r in found.map { Double(r.direction.angle(to: $0.direction)) } }
            let columns = Assignment.solve(angles, rows: real.count, columns: found.count)
            var current: [Int: Int] = [:]
            for (i, column) in columns.enumerated() {
                guard let column else { continue }
                angleSum += angles[i * found.count + column]
                current[real[i].identity] = found[column].identity
                if latest[real[i].identity] != found[column].identity { switches += 1 }
            }
            latest = current
            self.references += real.count
            pairs += min(real.count, found.count)
            misses += max(0, real.count - found.count)
            falsePositives += max(0, found.count - real.count)
        }
    }

    /// Adds another recording's counts.
    public mutating func pool(_ other: PaperMetrics) {
        blocks += other.blocks
        references += other.references
        pairs += other.pairs
        misses += other.misses
        falsePositives += other.falsePositives
        switches += other.switches
        angleSum += other.angleSum
    }

    /// LE, which is MOTp (equation 2): mean angle of the pairs, degrees; nil without pairs.
    public var localizationError: Double? { quotient(angleSum, pairs) }

    /// LR, percent; nil without references.
    public var recall: Double? { percent(pairs, pairs + misses) }

    /// LP, percent; nil without predictions.
    public var precision: Double? { percent(pairs, pairs + falsePositives) }

    /// LF1, percent; nil if nothing is active on either side.
    public var fScore: Double? { percent(2 * pairs, 2 * pairs + misses + falsePositives) }

    /// MOTa (equation 3), percent, negative if errors outnumber references; nil without references.
    public var mota: Double? { percent(references - misses - falsePositives - switches, references) }

    /// IDS per minute of audio; nil without blocks.
    public var switchesPerMinute: Double? { quotient(Double(switches) * 600, blocks) }
}

func quotient(_ sum: Double, _ count: Int) -> Double? { count == 0 ? nil : sum / Double(count) }

func percent(_ part: Int, _ whole: Int) -> Double? { quotient(100 * Double(part), whole) }
