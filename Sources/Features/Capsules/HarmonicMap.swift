internal import CRealtime
public import Signal
public import Tensor

/// The sound field about an array in real spherical harmonics of order 1 and 2, estimated in each mel band from the covariance of its
/// capsules, three to eight: features that do not depend on the array.
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

    private let pairs: CapsulePairs
    /// [64, C^2]: what each component of a band's covariance adds to the eight harmonics, in the order of `CapsulePairs`.
    private let columns: TensorRef<SIMD8<Float>>
    /// [64]: three constants.
    private let explained: TensorRef<SIMD4<Float>>
    private let columnArena: Arena<SIMD8<Float>>
    private let constantArena: Arena<SIMD4<Float>>

    /// Capsules of the array.
    public var capsules: Int { pairs.capsules }

    /// - Parameters:
    ///   - capsules: of the array, three to eight.
    ///   - directions: unit vectors evenly over the sphere.
    ///   - response: of the capsules at a frequency in Hz, for each direction, a lane each.
    public init(
        capsules: Int = FrameLayout.channels, directions: [SIMD3<Float>],
        response: (Double) -> [(real: SIMD8<Double>, imaginary: SIMD8<Double>)]
    ) {
        let pairs = CapsulePairs(capsules)
        self.pairs = pairs
        let (bands, inputs) = (FrameTiming.melBands, pairs.channels)
        var columnArena = Arena<SIMD8<Float>>(holding: Shape(bands, inputs))
        var constantArena = Arena<SIMD4<Float>>(holding: Shape(bands))
        let columns = columnArena.take(Shape(bands, inputs))
        let explained = constantArena.take(Shape(bands))
        let targets = directions.map { SIMD8<Double>(Self.harmonics(of: SIMD3<Double>($0))) }
        let bank = MelFilterBank()
        for band in 0..<bands {
            let regression = HarmonicRegression(
                response(Double(bank.centres[band])).map { pairs.covariance(of: $0) }, targets, inputs: inputs, ridge: Self.ridge)
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
    /// - Parameters: `frame` [64, C^2], not scaled; `target` [64, 12].
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
        let capsules = pairs.capsules
        let at = band * pairs.channels
        var power = SIMD8<Float>.zero
        for capsule in 0..<capsules { power[capsule] = bearing_power(frame[at + capsule]) }
        let trace = max(power.sum(), 1e-20)
        let share = power / trace
        var root = SIMD8<Float>.zero
        var sum = SIMD8<Float>.zero
        for capsule in 0..<capsules {
            root[capsule] = bearing_square_root(share[capsule])
            sum += share[capsule] * columns[at + capsule]
        }
        var pair = at + capsules
        for m in 0..<capsules - 1 {
            for n in m + 1..<capsules {
                let scale = CapsulePairs.scale * root[m] * root[n]
                sum += (scale * frame[pair]) * columns[pair]
                sum += (scale * frame[pair + pairs.count]) * columns[pair + pairs.count]
                pair += 1
            }
        }
        let limit = SIMD8<Float>(repeating: Self.limit)
        sum.replace(with: limit, where: sum .> limit)
        sum.replace(with: -limit, where: sum .< -limit)
        return (bearing_decibels(1 / Float(capsules) * trace), sum)
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
}
