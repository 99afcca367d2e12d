/// Ridge regression from the covariances of plane waves to their harmonics, in one mel band.
struct HarmonicRegression {
    /// Eight components of a covariance.
    typealias Chunk = SIMD8<Double>

    private static let lanes = Chunk.scalarCount
    /// Harmonics.
    private static let outputs = SIMD8<Double>.scalarCount

    private let inputs: Int
    /// Chunks of a covariance's components, the rest of the last one 0.
    private let chunks: Int
    private let ridge: Double
    /// Means over directions: [inputs, chunks] of covariances' products, [8, chunks] of products of a harmonic and the covariance.
    private var gram, cross: [Chunk]
    /// Mean squares of the harmonics.
    private var squares = SIMD8<Double>.zero

    /// - Parameters:
    ///   - vectors: [directions] of [chunks]: covariances in the order of `CapsulePairs`.
    ///   - targets: the harmonics of the same directions.
    ///   - inputs: components of a covariance.
    ///   - ridge: added to the mean square of each component.
    init(_ vectors: [[Chunk]], _ targets: [SIMD8<Double>], inputs: Int, ridge: Double) {
        let chunks = (inputs + Self.lanes - 1) / Self.lanes
        var gram = [Chunk](repeating: .zero, count: inputs * chunks)
        var cross = [Chunk](repeating: .zero, count: Self.outputs * chunks)
        let mean = 1 / Double(vectors.count)
        for (x, y) in zip(vectors, targets) {
            for i in 0..<inputs {
                let scale = mean * x[i / Self.lanes][i % Self.lanes]
                for chunk in 0..<chunks { gram[i * chunks + chunk] += scale * x[chunk] }
            }
            for k in 0..<Self.outputs {
                for chunk in 0..<chunks { cross[k * chunks + chunk] += (mean * y[k]) * x[chunk] }
            }
            squares += mean * y * y
        }
        (self.inputs, self.chunks, self.ridge) = (inputs, chunks, ridge)
        (self.gram, self.cross) = (gram, cross)
    }

    /// [8][inputs]: what the components of a covariance add to each harmonic. Gaussian elimination without pivots, as the matrix is positive.
    var map: [[Double]] {
        var a = (0..<inputs).map { row(gram, $0) }
        var b = (0..<Self.outputs).map { row(cross, $0) }
        for i in 0..<inputs { a[i][i] += ridge }
        for i in 0..<inputs {
            for j in i + 1..<inputs {
                let factor = a[j][i] / a[i][i]
                for k in i..<inputs { a[j][k] -= factor * a[i][k] }
                for k in 0..<Self.outputs { b[k][j] -= factor * b[k][i] }
            }
        }
        for k in 0..<Self.outputs {
            for i in stride(from: inputs - 1, through: 0, by: -1) {
                for j in i + 1..<inputs { b[k][i] -= a[i][j] * b[k][j] }
                b[k][i] /= a[i][i]
            }
        }
        return b
    }

    /// The share of each harmonic's mean square that a map explains.
    func explained(by map: [[Double]]) -> [Double] {
        (0..<Self.outputs).map { k in
            let along = Self.product(map[k], row(cross, k))
            let square = (0..<inputs).reduce(0.0) { $0 + map[k][$1] * Self.product(map[k], row(gram, $1)) }
            return (2 * along - square) / squares[k]
        }
    }

    /// The components of a row, without the padding.
    private func row(_ matrix: [Chunk], _ index: Int) -> [Double] {
        (0..<inputs).map { matrix[index * chunks + $0 / Self.lanes][$0 % Self.lanes] }
    }

    private static func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}

extension CapsulePairs {
    /// The covariance of a plane wave over its trace: powers, then the pairs' real and imaginary parts times the square root of 2.
    /// - Parameter v: response of the capsules, a lane each.
    func covariance(of v: (real: SIMD8<Double>, imaginary: SIMD8<Double>)) -> [HarmonicRegression.Chunk] {
        let power = v.real * v.real + v.imaginary * v.imaginary
        let total = max(power.sum(), 1e-30)
        let scale = Double(Self.scale) / total
        var x = [HarmonicRegression.Chunk](repeating: .zero, count: (channels + 7) / 8)
        for capsule in 0..<capsules { x[capsule / 8][capsule % 8] = power[capsule] / total }
        var pair = capsules
        for m in 0..<capsules - 1 {
            for n in m + 1..<capsules {
                x[pair / 8][pair % 8] = scale * (v.real[m] * v.real[n] + v.imaginary[m] * v.imaginary[n])
                let other = pair + count
                x[other / 8][other % 8] = scale * (v.real[m] * v.imaginary[n] - v.imaginary[m] * v.real[n])
                pair += 1
            }
        }
        return x
    }
}
