import Glibc

/// A small real symmetric matrix, for one-time computations: axes of an array, the rotation between two sets of directions.
public struct SymmetricMatrix: Sendable {
    /// [size, size]
    public private(set) var rows: [[Double]]

    public var size: Int { rows.count }

    /// - Parameter rows: [size, size], symmetric.
    public init(_ rows: [[Double]]) {
        precondition(rows.allSatisfy { $0.count == rows.count }, "a square matrix")
        self.rows = rows
    }

    /// The sum of the outer products of vectors with themselves: [size, size].
    public init(outerProductsOf vectors: [[Double]], size: Int) {
        var rows = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        for vector in vectors {
            for i in 0..<size { for j in 0..<size { rows[i][j] += vector[i] * vector[j] } }
        }
        self.init(rows)
    }

    /// Eigenvalues in descending order, each with its unit eigenvector (cyclic Jacobi rotations).
    public var eigen: [(value: Double, vector: [Double])] {
        var a = rows
        var vectors = (0..<size).map { i in (0..<size).map { $0 == i ? 1.0 : 0 } }
        for _ in 0..<50 {
            let off = (0..<size).reduce(0) { sum, i in (0..<i).reduce(sum) { $0 + a[i][$1] * a[i][$1] } }
            if off < 1e-30 { break }
            for p in 0..<size {
                for q in p + 1..<size where abs(a[p][q]) > 1e-300 {
                    let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
                    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot()
                    let s = t * c
                    for k in 0..<size { (a[k][p], a[k][q]) = (c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]) }
                    for k in 0..<size { (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]) }
                    for k in 0..<size {
                        (vectors[p][k], vectors[q][k]) =
                            (c * vectors[p][k] - s * vectors[q][k], s * vectors[p][k] + c * vectors[q][k])
                    }
                }
            }
        }
        return (0..<size).map { (a[$0][$0], vectors[$0]) }.sorted { $0.0 > $1.0 }
    }
}
