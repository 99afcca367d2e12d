import Audio
import Geometry
import Glibc

/// Gains, delays and the turn of an array by least squares (Gauss-Newton with weights after Huber).
///
/// In a piece and at a frequency the wave v is compared with the model m_c = exp(gain_c - j omega delay_c) a_c(u), u the direction in the
/// array's axes: log(v_c / m_c) without its mean over capsules, a gain and a phase for each. The direction of every piece is an unknown of
/// its own, near the known one if there is one; it is eliminated from the normal equations (Schur complement).
struct CalibrationFit {
    /// dB of a gain of 1, which is in nepers.
    static let decibels = 20 / log(10.0)

    /// Nepers, and seconds.
    private(set) var gains, delays: [Double]
    /// From the array's axes to those of the known directions.
    private(set) var turn: Rotation

    private let geometry: ArrayGeometry
    private let pieces: [WavePiece]
    /// nil for a sound that moves.
    private let known: [Direction]?
    /// Of a sound that moves, in the array's axes.
    private var found: [Direction]
    /// Radians along the tangents of each known direction, as the fit has it.
    private var offsets: [SIMD2<Double>]

    private var capsules: Int { geometry.capsules.count }
    private var isFlat: Bool { geometry.elevation == .unsigned }
    /// Gains; where directions are known also delays, in units, and the turn's three. A sound that moves at one height would fit with every
    /// delay between lower and upper capsules, from another height.
    private var unknowns: Int { known == nil ? capsules : 2 * capsules + 3 }

    /// Seconds of a delay of 1 among the unknowns.
    private static let delayUnit = 1e-5
    /// Standard deviations before any sound: nepers, delay units, radians of the turn, radians of a known direction.
    private static let priors = (gain: 0.35, delay: 2.0, turn: 0.35, direction: 0.05)
    /// Deviation of a wave from its model, in nepers and radians, beyond which it counts less.
    private static let outlier = 0.3
    /// Independent values of one weight: scatter 0.2, and frequencies that reflections make alike.
    private static let information = 1 / (0.2 * 0.2 * 2)
    /// Radians: no tilt.
    private static let level = 1e-6
    private static let probe = 1e-3
    private static let largestStep = 0.3

    /// Of sounds from known directions, in the axes that the array should have.
    init(_ geometry: ArrayGeometry, _ pieces: [WavePiece], known: [Direction], turn: Rotation) {
        self.init(geometry, pieces, known: known, found: [], turn: turn)
    }

    /// Of a sound that moves.
    /// - Parameter directions: of the pieces, about.
    init(_ geometry: ArrayGeometry, _ pieces: [WavePiece], from directions: [Direction]) {
        self.init(geometry, pieces, known: nil, found: directions, turn: .none)
    }

    private init(_ geometry: ArrayGeometry, _ pieces: [WavePiece], known: [Direction]?, found: [Direction], turn: Rotation) {
        (self.geometry, self.pieces, self.known, self.found, self.turn) = (geometry, pieces, known, found, turn)
        gains = Array(repeating: 0, count: geometry.capsules.count)
        delays = gains
        offsets = Array(repeating: .zero, count: pieces.count)
    }

    /// Directions of the pieces in the axes of the known ones.
    var reported: [Direction] { pieces.indices.map { turn(direction($0)) } }

    /// The mean similarity of the pieces to the model: 1 is equal.
    var share: Double {
        let sum = pieces.indices.reduce(0.0) { sum, index in
            let response = SteeringTable.responses(geometry, [direction(index)])[0]
            return sum + pieces[index].match(zip(response, WavePiece.frequencies).map { corrected($0, frequency: $1) })
        }
        return sum / Double(max(pieces.count, 1))
    }

    /// Iterates until nothing changes.
    /// - Returns: what the scatter of the sounds leaves uncertain.
    mutating func solve() -> CalibrationUncertainty {
        var equations = NormalEquations(unknowns: unknowns)
        for _ in 0..<25 {
            equations = normalEquations()
            let step = equations.solution.map { min(max($0, -Self.largestStep), Self.largestStep) }
            apply(step, equations)
            if step.allSatisfy({ abs($0) < 1e-4 }) { break }
        }
        centre(&gains)
        centre(&delays)
        return uncertainty(equations)
    }

    /// Fits the directions of the pieces alone.
    mutating func locate() {
        for _ in 0..<5 { apply(Array(repeating: 0, count: unknowns), normalEquations()) }
    }

    private func centre(_ values: inout [Double]) {
        let mean = values.reduce(0, +) / Double(values.count)
        for index in values.indices { values[index] -= mean }
    }

    private func corrected(_ response: [Complex], frequency: Double) -> [Complex] {
        response.indices.map { exp(gains[$0]) * Complex(phase: -2 * .pi * frequency * delays[$0]) * response[$0] }
    }

    // MARK: - Directions

    /// Of a piece, in the array's axes.
    private func direction(_ piece: Int) -> Direction {
        guard let known else { return found[piece] }
        return Self.moved(turn.inverse(known[piece]), by: offsets[piece])
    }

    /// Two unit vectors at right angles to a direction and to each other.
    private static func tangents(_ d: Direction) -> (SIMD3<Double>, SIMD3<Double>) {
        let u = SIMD3(Double(d.x), Double(d.y), Double(d.z))
        let other: SIMD3<Double> = abs(u.z) < 0.8 ? [0, 0, 1] : [1, 0, 0]
        let first = cross(other, u)
        let unit = first / (first * first).sum().squareRoot()
        return (unit, cross(u, unit))
    }

    private static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
        [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
    }

    private static func moved(_ d: Direction, by offset: SIMD2<Double>) -> Direction {
        guard offset != .zero else { return d }
        let (e, f) = tangents(d)
        let v = SIMD3(Double(d.x), Double(d.y), Double(d.z)) + offset.x * e + offset.y * f
        return Direction(towards: Float(v.x), Float(v.y), Float(v.z))
    }

    // MARK: - Equations

    private func normalEquations() -> NormalEquations {
        var equations = NormalEquations(unknowns: unknowns)
        for index in pieces.indices {
            var piece = NormalEquations.Piece(unknowns: unknowns)
            if known != nil { piece.addPrior(offset: offsets[index], deviation: Self.priors.direction) }
            add(index, to: &equations, &piece)
            equations.eliminate(piece)
        }
        for capsule in 0..<capsules {
            equations.addPrior(capsule, value: gains[capsule], deviation: Self.priors.gain)
            guard known != nil else { continue }
            equations.addPrior(capsules + capsule, value: delays[capsule] / Self.delayUnit, deviation: Self.priors.delay)
        }
        if known != nil {
            // Towards where it is: what no sound determines stays. A flat array lies level.
            let tilt = isFlat ? Self.level : Self.priors.turn
            for (axis, deviation) in [tilt, tilt, Self.priors.turn].enumerated() {
                equations.addPrior(2 * capsules + axis, value: 0, deviation: deviation)
            }
        }
        return equations
    }

    private func add(_ index: Int, to equations: inout NormalEquations, _ piece: inout NormalEquations.Piece) {
        let (wave, u) = (pieces[index], direction(index))
        let (e, f) = Self.tangents(u)
        let probes = [u, Self.moved(u, by: [Self.probe, 0]), Self.moved(u, by: [0, Self.probe])]
        let vector = SIMD3(Double(u.x), Double(u.y), Double(u.z))
        // A turn about an axis moves the direction in the array's axes the other way.
        let turns = [SIMD3<Double>(1, 0, 0), [0, 1, 0], [0, 0, 1]].map { axis in
            let moved = Self.cross(vector, axis)
            return SIMD2((moved * e).sum(), (moved * f).sum())
        }
        var row = [Double](repeating: 0, count: unknowns)
        for (bin, frequency) in WavePiece.frequencies.enumerated() where wave.weights[bin] > 0.01 {
            let comparison = WaveComparison(wave.waves[bin], geometry, frequency: frequency, probes: probes, step: Self.probe) {
                corrected($0, frequency: frequency)
            }
            let slope = -2 * .pi * frequency * Self.delayUnit
            for capsule in 0..<capsules {
                let residual = comparison.residuals[capsule]
                let size = residual.power.squareRoot()
                let weight =
                    Self.information * wave.weights[bin] * comparison.shares[capsule] * Double(capsules)
                    * min(1, Self.outlier / max(size, 1e-9))
                let (first, second) = (comparison.slopes[0][capsule], comparison.slopes[1][capsule])
                for isPhase in [false, true] {
                    for other in 0..<capsules {
                        let share = (other == capsule ? 1 : 0) - comparison.shares[other]
                        row[other] = isPhase ? 0 : share
                        if known != nil { row[capsules + other] = isPhase ? slope * share : 0 }
                    }
                    let along = isPhase ? SIMD2(first.imaginary, second.imaginary) : SIMD2(first.real, second.real)
                    if known != nil { for axis in 0..<3 { row[2 * capsules + axis] = (along * turns[axis]).sum() } }
                    equations.add(row, along, residual: isPhase ? residual.imaginary : residual.real, weight: weight, &piece)
                }
            }
        }
    }

    private mutating func apply(_ step: [Double], _ equations: NormalEquations) {
        for capsule in 0..<capsules {
            gains[capsule] += step[capsule]
            guard known != nil else { continue }
            delays[capsule] += step[capsules + capsule] * Self.delayUnit
        }
        for (index, piece) in equations.pieces.enumerated() {
            var offset = piece.offset(step)
            offset.clamp(lowerBound: SIMD2(repeating: -Self.largestStep), upperBound: SIMD2(repeating: Self.largestStep))
            if known != nil { offsets[index] += offset } else { found[index] = Self.moved(found[index], by: offset) }
        }
        guard known != nil else { return }
        let vector = SIMD3(step[2 * capsules], step[2 * capsules + 1], step[2 * capsules + 2])
        turn = Rotation(vector: vector).then(turn)
    }

    private func uncertainty(_ equations: NormalEquations) -> CalibrationUncertainty {
        let inverse = equations.inverse
        func deviation(_ index: Int) -> Double { max(inverse[index][index], 0).squareRoot() }
        /// Without the mean over capsules, which says nothing.
        func largest(_ first: Int) -> Double {
            let range = first..<first + capsules
            let means = range.map { row in range.reduce(0) { $0 + inverse[row][$1] } / Double(capsules) }
            let mean = means.reduce(0, +) / Double(capsules)
            return range.reduce(0) { max($0, inverse[$1][$1] - 2 * means[$1 - first] + mean) }.squareRoot()
        }
        var result = CalibrationUncertainty(gain: largest(0) * Self.decibels)
        if known != nil {
            result.delay = largest(capsules) * Self.delayUnit
            let degrees = (0..<3).map { deviation(2 * capsules + $0) * 180 / .pi }
            (result.yaw, result.tilt) = (degrees[2], isFlat ? nil : max(degrees[0], degrees[1]))
        }
        return result
    }
}
