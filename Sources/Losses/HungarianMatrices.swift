internal import Glibc
import Platform
internal import Tracking

/// The difficulty of a drawn matrix of distances.
public enum HungarianCase: String, CaseIterable, Sendable {
    /// Directions drawn from a grid, every count of predictions and references.
    case random = "random draws"
    /// Two predictions up to 5 degrees apart: two associations cost nearly the same.
    case nearTie = "near ties"
    /// All directions on one elevation.
    case equalElevation = "equal elevations"
    /// Two references 5 to 10 degrees apart, each with a prediction up to 10 degrees away.
    case closePair = "5 to 10 degrees apart"
}

/// Draws matrices of distances with their exact associations, similar to those of a tracker.
///
/// Rows are predictions, columns references; N of each at most. Directions come from grids of 1, 2, 3, 4, 5, 10, 15, 20 and 30 degrees,
/// the counts (0, 0) to (N, N) with equal probability (hard cases: from (2, 2)). Entries without a prediction or a reference
/// are out of range, one constant in half of the matrices and random in the others; then rows and columns are shuffled.
public struct HungarianMatrices {
    public static let grids = [1, 2, 3, 4, 5, 10, 15, 20, 30]
    /// No distance between unit vectors exceeds 2; entries without a pair do.
    public static let paddingRange = 3.0...100.0
    public static let constantPadding = 10.0

    /// One draw: [N, N] distances, and 1 where row and column are associated.
    public struct Matrix {
        public let distances, association: [Float]
        public let predictions, references: Int
    }

    public let maximumTracks: Int
    private var random: RandomStream

    public init(maximumTracks: Int, seed: UInt64, epoch: Int = 0) {
        precondition((1...4).contains(maximumTracks), "matrices of 1 to 4 tracks")
        self.maximumTracks = maximumTracks
        random = RandomStream(seed: seed, step: UInt64(epoch))
    }

    /// Half random draws; the hard cases, which need two tracks, share the rest.
    public mutating func next() -> Matrix {
        let hard: [HungarianCase] = [.nearTie, .equalElevation, .closePair]
        guard maximumTracks > 1, Bool.random(using: &random) else { return next(.random) }
        return next(hard[Int.random(in: 0..<3, using: &random)])
    }

    public mutating func next(_ kind: HungarianCase) -> Matrix {
        let least = kind == .random ? 0 : 2
        precondition(maximumTracks >= least, "the hard cases need two tracks")
        let predictionCount = Int.random(in: least...maximumTracks, using: &random)
        let referenceCount = Int.random(in: least...maximumTracks, using: &random)
        let grid = Self.grids[Int.random(in: 0..<Self.grids.count, using: &random)]
        let elevation = kind == .equalElevation ? gridElevation(grid) : nil
        var references = (0..<referenceCount).map { _ in onGrid(grid, elevation: elevation) }
        var predictions = (0..<predictionCount).map { _ in onGrid(grid, elevation: elevation) }
        switch kind {
        case .random, .equalElevation: break
        case .nearTie:
            predictions[1] = near(predictions[0], degrees: 0...5)
        case .closePair:
            references[1] = near(references[0], degrees: 5...10)
            for i in 0..<2 { predictions[i] = near(references[i], degrees: 0...10) }
        }
        return matrix(predictions, references)
    }

    private mutating func matrix(_ predictions: [Vector], _ references: [Vector]) -> Matrix {
        let n = maximumTracks
        let isConstant = Bool.random(using: &random)
        var distances = (0..<n * n).map { _ in
            isConstant ? Float(Self.constantPadding) : Float(Double.random(in: Self.paddingRange, using: &random))
        }
        let rows = (0..<n).shuffled(using: &random).prefix(predictions.count)
        let columns = (0..<n).shuffled(using: &random).prefix(references.count)
        for (row, prediction) in zip(rows, predictions) {
            for (column, reference) in zip(columns, references) {
                distances[row * n + column] = Float(prediction.distance(to: reference))
            }
        }
        // The association is a function of the matrix as the network receives it: rows and columns in order, and quantised
        // costs, so that exact ties do not depend on rounding.
        let (sortedRows, sortedColumns) = (rows.sorted(), columns.sorted())
        let costs = sortedRows.flatMap { row in
            sortedColumns.map { column in (Double(distances[row * n + column]) * 0x1p20).rounded() }
        }
        var association = [Float](repeating: 0, count: n * n)
        let solved = Assignment.solve(costs, rows: predictions.count, columns: references.count)
        for (row, column) in zip(sortedRows, solved) {
            if let column { association[row * n + sortedColumns[column]] = 1 }
        }
        return Matrix(
            distances: distances, association: association, predictions: predictions.count, references: references.count)
    }

    private mutating func gridElevation(_ grid: Int) -> Int {
        Int.random(in: -(90 / grid)...90 / grid, using: &random) * grid
    }

    private mutating func onGrid(_ grid: Int, elevation: Int?) -> Vector {
        let azimuth = Int.random(in: 0..<360 / grid, using: &random) * grid
        return Vector(azimuth: Double(azimuth), elevation: Double(elevation ?? gridElevation(grid)))
    }

    /// A direction at a random angle within `degrees` of another, to any side.
    private mutating func near(_ center: Vector, degrees: ClosedRange<Double>) -> Vector {
        let angle = Double.random(in: degrees, using: &random) * .pi / 180
        let side = Double.random(in: 0..<2 * .pi, using: &random)
        return center.turned(by: angle, towards: side)
    }
}

/// A unit vector in double; angles in degrees.
private struct Vector {
    let x, y, z: Double

    init(_ x: Double, _ y: Double, _ z: Double) { (self.x, self.y, self.z) = (x, y, z) }

    init(azimuth: Double, elevation: Double) {
        let (a, e) = (azimuth * .pi / 180, elevation * .pi / 180)
        self.init(cos(a) * cos(e), sin(a) * cos(e), sin(e))
    }

    func distance(to other: Vector) -> Double {
        let (a, b, c) = (x - other.x, y - other.y, z - other.z)
        return (a * a + b * b + c * c).squareRoot()
    }

    /// The vector at `angle` radians from this one, in the direction `side`, in radians.
    func turned(by angle: Double, towards side: Double) -> Vector {
        // Two orthogonal axes: the first from z or x, whichever is farther from this vector.
        let helper = abs(z) < 0.9 ? Vector(0, 0, 1) : Vector(1, 0, 0)
        let across = cross(helper)
        let length = (across.x * across.x + across.y * across.y + across.z * across.z).squareRoot()
        let first = Vector(across.x / length, across.y / length, across.z / length)
        let second = cross(first)
        let (a, b, c) = (cos(angle), sin(angle) * cos(side), sin(angle) * sin(side))
        return Vector(
            a * x + b * first.x + c * second.x, a * y + b * first.y + c * second.y, a * z + b * first.z + c * second.z)
    }

    private func cross(_ o: Vector) -> Vector { Vector(y * o.z - z * o.y, z * o.x - x * o.z, x * o.y - y * o.x) }
}
