import Geometry

/// CLEAR MOT (Bernardin and Stiefelhagen, 2008) for directions: a match of the previous block is kept while it is within the
/// gate. The rest is assigned with the least total angle, and pairs beyond the gate stay unmatched. Also IDF1 (Ristani et al.,
/// 2016), fragmentations and onset latency.
///
/// Counts of one recording, or of several pooled. A quotient by 0 is nil.
public struct CLEARMetrics: Sendable, Hashable, Codable {
    /// Blocks of 100 ms.
    public private(set) var blocks = 0
    /// Active references, summed over blocks.
    public private(set) var references = 0
    /// Predictions, summed over blocks.
    public private(set) var predictions = 0
    public private(set) var matches = 0
    public private(set) var misses = 0
    public private(set) var falsePositives = 0
    /// References matched to another prediction than in their latest match.
    public private(set) var switches = 0
    /// References matched again after being missed.
    public private(set) var fragmentations = 0
    /// Degrees, over all matches.
    public private(set) var angleSum = 0.0
    /// Identities among the references.
    public private(set) var sources = 0
    /// Identities matched at least once.
    public private(set) var sourcesFound = 0
    /// Blocks from the first of a source to its first match, over the sources found.
    public private(set) var onsetBlocks = 0
    /// IDTP: blocks in which a reference is within the gate of its own prediction, assigned once for the whole recording.
    public private(set) var identityMatches = 0

    /// Empty, for pooling.
    public init() {}

    /// One recording: the active sources of each block, with identities unique within a block. If one list is shorter, its
    /// further blocks are silent.
    ///
    /// - Parameter gateDegrees: maximum angle of a match.
    public init(
        references: [[LabelledDirection]], predictions: [[LabelledDirection]], gateDegrees: Double = 20
    ) {
        blocks = max(references.count, predictions.count)
        var histories: [Int: History] = [:]
        var identities = IdentityOverlap()
        for k in 0..<blocks {
            let real = k < references.count ? references[k] : []
            let found = k < predictions.count ? predictions[k] : []
            let gated = GatedAngles(real, found, gateDegrees)
            identities.add(gated)
            let columns = gated.match(keeping: { histories[$0]?.prediction })
            for (i, column) in columns.enumerated() {
                count(
                    column.map { (found[$0].identity, gated[i, $0]) }, block: k,
                    history: &histories[real[i].identity, default: History(firstBlock: k)])
            }
            self.references += real.count
            self.predictions += found.count
            falsePositives += found.count - columns.count { $0 != nil }
        }
        sources = histories.count
        identityMatches = identities.matches
    }

    /// The matches of a reference so far.
    private struct History {
        let firstBlock: Int
        /// Identity at its latest match.
        var prediction: Int?
        /// Blocks since its latest match.
        var wasMissed = false
    }

    private mutating func count(_ match: (prediction: Int, angle: Double)?, block: Int, history: inout History) {
        guard let match else {
            misses += 1
            history.wasMissed = true
            return
        }
        matches += 1
        angleSum += match.angle
        if let last = history.prediction {
            if last != match.prediction { switches += 1 }
            if history.wasMissed { fragmentations += 1 }
        } else {
            sourcesFound += 1
            onsetBlocks += block - history.firstBlock
        }
        history.prediction = match.prediction
        history.wasMissed = false
    }

    /// Adds another recording's counts.
    public mutating func pool(_ other: CLEARMetrics) {
        blocks += other.blocks
        references += other.references
        predictions += other.predictions
        matches += other.matches
        misses += other.misses
        falsePositives += other.falsePositives
        switches += other.switches
        fragmentations += other.fragmentations
        angleSum += other.angleSum
        sources += other.sources
        sourcesFound += other.sourcesFound
        onsetBlocks += other.onsetBlocks
        identityMatches += other.identityMatches
    }

    /// Multiple object tracking accuracy, percent, negative if errors outnumber references; nil without references.
    public var mota: Double? { percent(references - misses - falsePositives - switches, references) }

    /// Mean angle of the matches, degrees; nil without matches.
    public var motp: Double? { quotient(angleSum, matches) }

    /// 2 IDTP / (references + predictions), percent; nil if nothing is active on either side.
    public var idf1: Double? { percent(2 * identityMatches, references + predictions) }

    /// Identity switches per minute of audio; nil without blocks.
    public var switchesPerMinute: Double? { quotient(Double(switches) * 600, blocks) }

    /// Fragmentations per minute of audio; nil without blocks.
    public var fragmentationsPerMinute: Double? { quotient(Double(fragmentations) * 600, blocks) }

    /// Mean time from the onset of a source to its first match in milliseconds, 0 if that is its first block; over the sources
    /// found, nil without any.
    public var onsetLatency: Double? { quotient(Double(onsetBlocks) * 100, sourcesFound) }
}
