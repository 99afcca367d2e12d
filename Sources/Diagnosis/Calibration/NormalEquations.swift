import Geometry

/// Normal equations of least squares with unknowns that are common to all pieces, and two of each piece, which are eliminated.
struct NormalEquations {
    /// The part of one piece: its own two unknowns, and what they share with the common ones.
    struct Piece {
        /// [unknowns]: products with the two.
        fileprivate var cross: [SIMD2<Double>]
        /// Of the two with themselves.
        fileprivate var xx = 1e-9, xy = 0.0, yy = 1e-9
        fileprivate var right = SIMD2<Double>.zero

        init(unknowns: Int) { cross = Array(repeating: .zero, count: unknowns) }

        mutating func addPrior(offset: SIMD2<Double>, deviation: Double) {
            let weight = 1 / (deviation * deviation)
            xx += weight
            yy += weight
            right -= weight * offset
        }

        /// The two unknowns once the common ones are known.
        func offset(_ common: [Double]) -> SIMD2<Double> {
            solved(zip(cross, common).reduce(right) { $0 - $1.1 * $1.0 })
        }

        fileprivate func solved(_ v: SIMD2<Double>) -> SIMD2<Double> {
            let determinant = xx * yy - xy * xy
            return SIMD2(yy * v.x - xy * v.y, xx * v.y - xy * v.x) / max(determinant, 1e-30)
        }
    }

    private let unknowns: Int
    /// [unknowns, unknowns], the upper triangle.
    private var matrix: [Double]
    private var right: [Double]
    private(set) var pieces: [Piece] = []

    init(unknowns: Int) {
        self.unknowns = unknowns
        matrix = Array(repeating: 0, count: unknowns * unknowns)
        right = Array(repeating: 0, count: unknowns)
    }

    /// - Parameters: `row`, derivatives by the common unknowns; `own`, by those of the piece.
    mutating func add(_ row: [Double], _ own: SIMD2<Double>, residual: Double, weight: Double, _ piece: inout Piece) {
        for i in 0..<unknowns where row[i] != 0 {
            let scaled = weight * row[i]
            for j in i..<unknowns { matrix[i * unknowns + j] += scaled * row[j] }
            right[i] += scaled * residual
            piece.cross[i] += scaled * own
        }
        piece.xx += weight * own.x * own.x
        piece.xy += weight * own.x * own.y
        piece.yy += weight * own.y * own.y
        piece.right += weight * residual * own
    }

    mutating func addPrior(_ index: Int, value: Double, deviation: Double) {
        let weight = 1 / (deviation * deviation)
        matrix[index * unknowns + index] += weight
        right[index] -= weight * value
    }

    mutating func eliminate(_ piece: Piece) {
        for i in 0..<unknowns {
            let solved = piece.solved(piece.cross[i])
            for j in i..<unknowns { matrix[i * unknowns + j] -= (solved * piece.cross[j]).sum() }
            right[i] -= (solved * piece.right).sum()
        }
        pieces.append(piece)
    }

    /// [unknowns, unknowns]: the covariance of the common unknowns.
    var inverse: [[Double]] {
        let full = (0..<unknowns).map { i in (0..<unknowns).map { matrix[min(i, $0) * unknowns + max(i, $0)] } }
        var inverse = [[Double]](repeating: Array(repeating: 0, count: unknowns), count: unknowns)
        for (value, vector) in SymmetricMatrix(full).eigen {
            let scale = 1 / max(value, 1e-12)
            for i in 0..<unknowns { for j in 0..<unknowns { inverse[i][j] += scale * vector[i] * vector[j] } }
        }
        return inverse
    }

    var solution: [Double] { inverse.map { row in zip(row, right).reduce(0) { $0 + $1.0 * $1.1 } } }
}
