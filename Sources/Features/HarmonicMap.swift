internal import CRealtime
import Signal
public import Tensor

/// The sound field about an array in real spherical harmonics of order 1 and 2, estimated in each mel band from the covariance of its four
/// capsules: features that do not depend on the array.
///
/// For each band, a linear map from the covariance to the harmonics of the direction of a plane wave, with the least mean square error over
/// directions all over the sphere (ridge regression). Where an array cannot observe a harmonic, above its aliasing frequency for
/// example, the map is close to 0 there. Channels of a mapped frame: the mean level of the capsules in dB, eight harmonics in ACN order without
/// order 0, each of mean square 1 over the sphere, and three constants: the share of the variance of order 1 in the horizontal plane, of
/// order 1 along the vertical and of order 2 that the map explains.
public final class HarmonicMap: @unchecked Sendable {  // never written after init
    public static let harmonics = 8
    static let constants = 3
    /// Of a mapped frame, for each band.
    public static let channels = 1 + harmonics + constants
    /// Harmonics are within this, on both sides of 0; no direction has one above 2.3.
    private static let limit: Float = 3
    /// Added to the covariance's mean square.
    private static let ridge = 1e-3
    /// Four levels, then real and imaginary parts of the six pairs: of `micCoherence` as of the vectors that are mapped.
    private static let inputs = 16
    /// Square root of 2: a pair stands for two elements of the covariance.
    private static let pairScale: Float = 1.4142135

    /// [64, 16]: what each component of a band's covariance adds to the eight harmonics.
    private let columns: TensorRef<SIMD8<Float>>
    /// [64]: three constants.
    private let explained: TensorRef<SIMD4<Float>>
    private let columnArena: Arena<SIMD8<Float>>
    private let constantArena: Arena<SIMD4<Float>>

    /// - Parameters:
    ///   - directions: unit vectors evenly over the sphere.
    ///   - response: of the capsules at a frequency in Hz, for each direction.
    public init(
        directions: [SIMD3<Float>], response: (Double) -> [(real: SIMD4<Double>, imaginary: SIMD4<Double>)]
    ) {
        let (bands, inputs) = (FrameTiming.melBands, Self.inputs)
        var columnArena = Arena<SIMD8<Float>>(holding: Shape(bands, inputs))
        var constantArena = Arena<SIMD4<Float>>(holding: Shape(bands))
        let columns = columnArena.take(Shape(bands, inputs))
        let explained = constantArena.take(Shape(bands))
        let targets = directions.map { SIMD8<Double>(Self.harmonics(of: SIMD3<Double>($0))) }
        let bank = MelFilterBank()
        for band in 0..<bands {
            let regression = Regression(response(Double(bank.centres[band])).map { Self.covariance(of: $0) }, targets)
            let map = regression.map
            for input in 0..<inputs {
                for harmonic in 0..<Self.harmonics { columns[band * inputs + input][harmonic] = Float(map[harmonic][input]) }
            }
            let shares = regression.explained(by: map)
            explained[band] = SIMD4(
                Float((shares[0] + shares[2]) / 2), Float(shares[1]), Float(shares[3...].reduce(0, +) / 5), 0)
        }
        (self.columns, self.explained) = (columns.readOnly, explained.readOnly)
        self.columnArena = columnArena
        self.constantArena = constantArena
    }

    /// Maps one frame.
    /// - Parameters: `frame` [64, 16] of `micCoherence`, not scaled; `target` [64, 12].
    @_noLocks
    public func apply(_ frame: TensorRef<Float>, into target: MutableTensorRef<Float>) {
        for band in 0..<FrameTiming.melBands {
            let (level, harmonics) = values(frame, band)
            let at = band * Self.channels
            target[at] = level
            for harmonic in 0..<Self.harmonics { target[at + 1 + harmonic] = harmonics[harmonic] }
            let constants = explained[band]
            for index in 0..<Self.constants { target[at + 1 + Self.harmonics + index] = constants[index] }
        }
    }

    @_noLocks
    private func values(_ frame: TensorRef<Float>, _ band: Int) -> (level: Float, harmonics: SIMD8<Float>) {
        let at = band * Self.inputs
        let power = SIMD4<Float>(
            bearing_power(frame[at]), bearing_power(frame[at + 1]), bearing_power(frame[at + 2]), bearing_power(frame[at + 3]))
        let trace = max(power.sum(), 1e-20)
        let share = power / trace
        let root = SIMD4<Float>(
            bearing_square_root(share[0]), bearing_square_root(share[1]), bearing_square_root(share[2]), bearing_square_root(share[3]))
        let column = band * Self.inputs
        var sum = SIMD8<Float>.zero
        for capsule in 0..<FrameLayout.channels { sum += share[capsule] * columns[column + capsule] }
        var pair = 0
        for m in 0..<3 {
            for n in m + 1..<4 {
                let scale = Self.pairScale * root[m] * root[n]
                sum += (scale * frame[at + 4 + pair]) * columns[column + 4 + pair]
                sum += (scale * frame[at + 10 + pair]) * columns[column + 10 + pair]
                pair += 1
            }
        }
        let limit = SIMD8<Float>(repeating: Self.limit)
        sum.replace(with: limit, where: sum .> limit)
        sum.replace(with: -limit, where: sum .< -limit)
        return (bearing_decibels(0.25 * trace), sum)
    }

    /// Real spherical harmonics of order 1 and 2 in ACN order, of mean square 1 over the sphere: N3D.
    public static func harmonics(of d: SIMD3<Double>) -> [Double] {
        let (x, y, z) = (d.x, d.y, d.z)
        let (first, second) = (Double(3).squareRoot(), Double(15).squareRoot())
        return [
            first * y, first * z, first * x, second * x * y, second * y * z, Double(5).squareRoot() / 2 * (3 * z * z - 1),
            second * x * z, second / 2 * (x * x - y * y),
        ]
    }

    /// The covariance of a plane wave over its trace: powers, then the pairs' real and imaginary parts times the square root of 2.
    private static func covariance(of v: (real: SIMD4<Double>, imaginary: SIMD4<Double>)) -> SIMD16<Double> {
        let power = v.real * v.real + v.imaginary * v.imaginary
        let total = max(power.sum(), 1e-30)
        let scale = Double(pairScale) / total
        var x = SIMD16<Double>.zero
        for capsule in 0..<4 { x[capsule] = power[capsule] / total }
        var pair = 0
        for m in 0..<3 {
            for n in m + 1..<4 {
                x[4 + pair] = scale * (v.real[m] * v.real[n] + v.imaginary[m] * v.imaginary[n])
                x[10 + pair] = scale * (v.real[m] * v.imaginary[n] - v.imaginary[m] * v.real[n])
                pair += 1
            }
        }
        return x
    }

    /// Ridge regression from the covariances of plane waves to their harmonics, in one band.
    private struct Regression {
        /// Means over directions: [16] of covariances' products, [8] of products of a harmonic and the covariance.
        private var gram = [SIMD16<Double>](repeating: .zero, count: HarmonicMap.inputs)
        private var cross = [SIMD16<Double>](repeating: .zero, count: HarmonicMap.harmonics)
        /// Mean squares of the harmonics.
        private var squares = SIMD8<Double>.zero

        init(_ vectors: [SIMD16<Double>], _ targets: [SIMD8<Double>]) {
            let mean = 1 / Double(vectors.count)
            for (x, y) in zip(vectors, targets) {
                for i in 0..<HarmonicMap.inputs { gram[i] += (mean * x[i]) * x }
                for k in 0..<HarmonicMap.harmonics { cross[k] += (mean * y[k]) * x }
                squares += mean * y * y
            }
        }

        /// [8]: what the components of a covariance add to each harmonic. Gaussian elimination without pivots, as the matrix is positive.
        var map: [SIMD16<Double>] {
            var (a, b) = (gram, cross)
            for i in 0..<HarmonicMap.inputs { a[i][i] += HarmonicMap.ridge }
            for i in 0..<HarmonicMap.inputs {
                for j in i + 1..<HarmonicMap.inputs {
                    let factor = a[j][i] / a[i][i]
                    a[j] -= factor * a[i]
                    for k in 0..<HarmonicMap.harmonics { b[k][j] -= factor * b[k][i] }
                }
            }
            for k in 0..<HarmonicMap.harmonics {
                for i in stride(from: HarmonicMap.inputs - 1, through: 0, by: -1) {
                    for j in i + 1..<HarmonicMap.inputs { b[k][i] -= a[i][j] * b[k][j] }
                    b[k][i] /= a[i][i]
                }
            }
            return b
        }

        /// The share of each harmonic's mean square that a map explains.
        func explained(by map: [SIMD16<Double>]) -> [Double] {
            (0..<HarmonicMap.harmonics).map { k in
                let along = (map[k] * cross[k]).sum()
                let square = (0..<HarmonicMap.inputs).reduce(0.0) { $0 + map[k][$1] * (map[k] * gram[$1]).sum() }
                return (2 * along - square) / squares[k]
            }
        }
    }
}
