import Geometry

/// CLEAR MOT (Bernardin and Stiefelhagen, 2008) on directions: the match of the block before is kept while it is within the
/// gate, the rest is assigned at least total angle, what lies beyond the gate stays unmatched.
public struct CLEARMetrics: Sendable {
    /// Degrees within which a prediction can match a reference.
    public let gateDegrees: Double
    public private(set) var references = 0
    public private(set) var matches = 0
    public private(set) var misses = 0
    public private(set) var falsePositives = 0
    /// References matched to another prediction than at their latest match.
    public private(set) var switches = 0
    /// Degrees, over all matches.
    public private(set) var angleSum = 0.0
    private var latest: [Int: Int] = [:]

    public init(gateDegrees: Double = 20) { self.gateDegrees = gateDegrees }

    /// Before each recording: counts go on, identities do not.
    public mutating func beginRecording() { latest.removeAll() }

    /// One block; identities differ within each list.
    public mutating func add(references: [LabelledDirection], predictions: [LabelledDirection]) {
        var freeReferences: [LabelledDirection] = []
        var free = predictions
        var pairs: [(reference: LabelledDirection, prediction: LabelledDirection)] = []
        for reference in references {
            if let i = free.firstIndex(where: { $0.identity == latest[reference.identity] }),
                Double(reference.direction.angle(to: free[i].direction)) <= gateDegrees
            {
                pairs.append((reference, free.remove(at: i)))
            } else {
                freeReferences.append(reference)
            }
        }
        // A pair beyond the gate costs more than all pairs within it, so as many as possible are matched.
        let beyond = (gateDegrees + 1) * Double(references.count + predictions.count + 1)
        let costs = freeReferences.flatMap { reference in
            free.map { prediction in
                let angle = Double(reference.direction.angle(to: prediction.direction))
                return angle <= gateDegrees ? angle : beyond
            }
        }
        let columns = Assignment.solve(costs, rows: freeReferences.count, columns: free.count)
        for (i, column) in columns.enumerated() {
            guard let column, costs[i * free.count + column] < beyond else { continue }
            pairs.append((freeReferences[i], free[column]))
        }
        for (reference, prediction) in pairs {
            if let last = latest[reference.identity], last != prediction.identity { switches += 1 }
            latest[reference.identity] = prediction.identity
            angleSum += Double(reference.direction.angle(to: prediction.direction))
        }
        self.references += references.count
        matches += pairs.count
        misses += references.count - pairs.count
        falsePositives += predictions.count - pairs.count
    }

    /// Multiple object tracking accuracy, percent; not a number without references.
    public var mota: Double {
        references == 0 ? .nan : 100 * (1 - Double(misses + falsePositives + switches) / Double(references))
    }

    /// Mean angle of the matches, degrees; not a number without matches.
    public var motp: Double { matches == 0 ? .nan : angleSum / Double(matches) }
}
