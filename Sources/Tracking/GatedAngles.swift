import Geometry

/// Angles between the references and the predictions of one block, and possible matches.
struct GatedAngles {
    let references: [LabelledDirection]
    let predictions: [LabelledDirection]
    let gateDegrees: Double
    /// Degrees, [references, predictions].
    private let angles: [Double]

    init(_ references: [LabelledDirection], _ predictions: [LabelledDirection], _ gateDegrees: Double) {
        self.references = references
        self.predictions = predictions
        self.gateDegrees = gateDegrees
        angles = references.flatMap { r in predictions.map { Double(r.direction.angle(to: $0.direction)) } }
    }

    subscript(reference: Int, prediction: Int) -> Double { angles[reference * predictions.count + prediction] }

    func isWithin(_ reference: Int, _ prediction: Int) -> Bool { self[reference, prediction] <= gateDegrees }

    /// The prediction of each reference: the previous one while it is within the gate, then as many others as possible with the
    /// least total angle.
    ///
    /// - Parameter latest: maps a reference's identity to that of its latest prediction.
    func match(keeping latest: (Int) -> Int?) -> [Int?] {
        var columns = [Int?](repeating: nil, count: references.count)
        var isFree = [Bool](repeating: true, count: predictions.count)
        for (i, reference) in references.enumerated() {
            guard let identity = latest(reference.identity) else { continue }
            if let j = predictions.indices.first(where: {
                isFree[$0] && predictions[$0].identity == identity && isWithin(i, $0)
            }) {
                columns[i] = j
                isFree[j] = false
            }
        }
        let rows = references.indices.filter { columns[$0] == nil }
        let free = predictions.indices.filter { isFree[$0] }
        // One pair beyond the gate costs more than all possible pairs within it, so as many as possible are matched.
        let beyond = (gateDegrees + 1) * Double(references.count + predictions.count + 1)
        let costs = rows.flatMap { i in free.map { isWithin(i, $0) ? self[i, $0] : beyond } }
        for (row, column) in Assignment.solve(costs, rows: rows.count, columns: free.count).enumerated() {
            guard let column, isWithin(rows[row], free[column]) else { continue }
            columns[rows[row]] = free[column]
        }
        return columns
    }
}

/// Number of blocks that each reference of a recording is within the gate of each prediction (Ristani et al., 2016).
struct IdentityOverlap {
    private var blocks: [[Int]: Int] = [:]

    mutating func add(_ angles: GatedAngles) {
        for (i, reference) in angles.references.enumerated() {
            var met = Set<Int>()
            for (j, prediction) in angles.predictions.enumerated() where angles.isWithin(i, j) {
                if met.insert(prediction.identity).inserted {
                    blocks[[reference.identity, prediction.identity], default: 0] += 1
                }
            }
        }
    }

    /// Shared blocks, if every reference is assigned at most one prediction for the whole recording, with the maximum sum.
    var matches: Int {
        let references = Set(blocks.keys.map { $0[0] }).sorted()
        let predictions = Set(blocks.keys.map { $0[1] }).sorted()
        let shared = references.flatMap { r in predictions.map { blocks[[r, $0], default: 0] } }
        let columns = Assignment.solve(
            shared.map { -Double($0) }, rows: references.count, columns: predictions.count)
        return columns.enumerated().reduce(0) { sum, pair in
            sum + (pair.element.map { shared[pair.offset * predictions.count + $0] } ?? 0)
        }
    }
}
