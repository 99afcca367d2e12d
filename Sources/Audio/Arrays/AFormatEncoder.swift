import Geometry
import Glibc
import Signal

/// Designs the filters that encode an array's capsules as first-order Ambisonics.
///
/// At every frequency this is the least-squares matrix from the capsules' responses to plane waves of all directions to W, Y, Z
/// and X. While the waves are long relative to the array, it equals a matrix of aims and a correction for the distance between
/// capsules. For shorter waves it is scaled to preserve the power of a diffuse field.
///
/// At low frequencies the remaining error is the second order of the sound field, which few capsules cannot separate from the
/// first. Directions come from the part of X, Y and Z in phase with W. So the phase of W is rotated until that leakage is in
/// quadrature, where it does not bias directions. For a usual A-format microphone they are then accurate to 3 degrees up to 2.9
/// kHz instead of 1.6.
public enum AFormatEncoder {
    /// Maximum amplification of a capsule's noise in a channel towards low frequencies, relative to an open field.
    private static let largestGain = 10.0
    /// Lowest frequency in Hz considered for `EncodingFilters.limit`.
    private static let lowest = 200.0
    private static let directions = spread(240)

    /// - Parameter geometry: four capsules or more that distinguish all directions (otherwise see `remarks`).
    public static func filters(for geometry: ArrayGeometry) -> EncodingFilters {
        precondition(geometry.capsules.count >= AudioFormat.channels, "an encoded array has 4 capsules at least")
        let rate = Double(AudioFormat.sampleRate)
        let corner = corner(geometry)
        let radius = geometry.capsules.reduce(0) { max($0, $1.radius) }
        let delay = 8 + 2 * Int((Double(radius / Acoustics.speedOfSound) * rate).rounded(.up))
        let taps = 4 * delay + (corner > 0 ? Int(rate / corner) : 0)
        var points = 512
        while points < 4 * taps { points *= 2 }

        let bins = (0...points / 2).map { EncodingBin(frequency: max(Double($0) * rate / Double(points), 1), geometry, directions) }
        let first = Int(max(lowest, 2 * corner) * Double(points) / rate) + 1
        let bent = (first..<bins.count).first { bins[$0].bend > 3 } ?? bins.count - 1
        let limit = (first..<bins.count).first { bins[$0].bend > 3 || bins[$0].gainError > 1 } ?? bins.count - 1
        let spectra = bins.indices.map { index in
            let share = min(max((Double(index) - Double(bent) / 2) / (Double(bent) / 2), 0), 1)
            let frequency = bins[index].frequency
            // Equal for all channels, so that it biases no direction.
            let highPass = corner > 0 ? Complex(0, frequency) / Complex(corner, frequency) : Complex(1)
            return bins[index].matrix(turned: bins[min(index, bent)].turn, diffuse: share).map { $0.map { highPass * $0 } }
        }
        return EncodingFilters(
            coefficients: impulses(spectra, points: points, taps: taps, delay: delay), inputs: geometry.capsules.count, taps: taps,
            delay: delay,
            limit: Float(bins[limit].frequency))
    }

    /// The frequency in Hz below which an array that measures directions by phase would exceed the largest gain; 0 for other
    /// arrays.
    private static func corner(_ geometry: ArrayGeometry) -> Double {
        let bin = EncodingBin(frequency: 20, geometry, directions)
        let largest = bin.least.map { $0.reduce(0) { $0 + $1.power } }.max() ?? 0
        let corner = 20 * largest.squareRoot() / largestGain
        return corner < 8 ? 0 : corner
    }

    /// Transforms to the time domain, delayed by `delay`, with a window.
    ///
    /// - Returns: [4, capsules, taps]
    private static func impulses(_ spectra: [[[Complex]]], points: Int, taps: Int, delay: Int) -> [Float] {
        let turns = (0..<points).map { Complex(phase: 2 * .pi * Double($0) / Double(points)) }
        let fade = taps / 4
        var result: [Float] = []
        for output in 0..<AudioFormat.channels {
            for input in spectra[0][output].indices {
                let values = spectra.map { $0[output][input] }
                for tap in 0..<taps {
                    var sum = 0.0
                    // bin * (tap - delay) modulo the points.
                    let step = (tap - delay + points) % points
                    var turn = 0
                    for bin in values.indices {
                        let real = values[bin].real * turns[turn].real - values[bin].imaginary * turns[turn].imaginary
                        sum += bin == 0 || bin == points / 2 ? real : 2 * real
                        turn += step
                        if turn >= points { turn -= points }
                    }
                    let rise = min((Double(tap) + 0.5) / Double(delay / 2), 1)
                    let fall = min((Double(taps - tap) - 0.5) / Double(fade), 1)
                    let window = (0.5 - 0.5 * cos(.pi * rise)) * (0.5 - 0.5 * cos(.pi * fall))
                    result.append(Float(sum / Double(points) * window))
                }
            }
        }
        return result
    }

    /// Directions distributed evenly over the sphere, along a spiral.
    static func spread(_ count: Int) -> [Direction] {
        (0..<count).map { index in
            let z = 1 - (2 * Float(index) + 1) / Float(count)
            let turn = (Float(index) + 0.5) * .pi * (1 + Float(5).squareRoot())
            let flat = (1 - z * z).squareRoot()
            return Direction(unit: flat * cosf(turn), flat * sinf(turn), z)
        }
    }
}

/// The encoder at one frequency, and its errors for plane waves.
private struct EncodingBin {
    let frequency: Double
    /// The least-squares solution, [4, capsules].
    let least: [[Complex]]
    /// The factor for each channel that gives the power of a diffuse field.
    let diffuseGains: [Double]
    /// Phase rotation of W in radians.
    let turn: Double
    /// Largest error of a direction in degrees, with W rotated, and of the gain of W, or of X, Y and Z together, in decibels.
    let bend, gainError: Double

    /// Regularisation relative to the response's power, so that a solution always exists.
    private static let loading = 2.5e-7

    init(frequency: Double, _ geometry: ArrayGeometry, _ directions: [Direction]) {
        self.frequency = frequency
        let count = Double(directions.count)
        let response = geometry.response(frequency: frequency, to: directions)
        let ideal: [[Double]] = [
            directions.map { _ in 1 }, directions.map { Double($0.y) }, directions.map { Double($0.z) },
            directions.map { Double($0.x) },
        ]
        func mean(_ body: (Int) -> Complex) -> Complex { (1 / count) * directions.indices.reduce(.zero) { $0 + body($1) } }
        let capsules = response.indices
        let power = capsules.map { a in
            capsules.map { b in mean { response[a][$0] * response[b][$0].conjugate } + Complex(a == b ? Self.loading : 0) }
        }
        let cross = (0..<4).map { a in capsules.map { b in mean { ideal[a][$0] * response[b][$0].conjugate } } }
        let least = Complex.solve(cross, dividedBy: power)
        self.least = least
        let encoded = (0..<4).map { a in
            directions.indices.map { d in capsules.reduce(Complex.zero) { $0 + least[a][$1] * response[$1][d] } }
        }
        diffuseGains = (0..<4).map { a in
            let wanted = ideal[a].reduce(0) { $0 + $1 * $1 }
            return (wanted / max(encoded[a].reduce(0) { $0 + $1.power }, 1e-12)).squareRoot()
        }
        turn = Self.turn(encoded, directions)
        (bend, gainError) = Self.errors(encoded, directions, turn)
    }

    /// - Parameters: `turned`: phase rotation of W in radians; `diffuse`: 0 for least squares, 1 for the power of a diffuse field.
    func matrix(turned: Double, diffuse: Double) -> [[Complex]] {
        least.indices.map { row in
            let gain = pow(min(max(diffuseGains[row], 0.5), 2), diffuse)
            let factor = gain * (row == 0 ? Complex(phase: -turned) : Complex(1))
            return least[row].map { factor * $0 }
        }
    }

    /// conj(W) times Y, Z, X for one direction, split into the part along that direction and the rest.
    private static func intensity(
        _ encoded: [[Complex]], _ index: Int, _ direction: Direction
    ) -> (along: Complex, across: [Complex]) {
        let w = encoded[0][index].conjugate
        let vector = (1..<4).map { w * encoded[$0][index] }
        let unit = [Double(direction.y), Double(direction.z), Double(direction.x)]
        let along = (0..<3).reduce(Complex.zero) { $0 + unit[$1] * vector[$1] }
        return (along, (0..<3).map { vector[$0] - unit[$0] * along })
    }

    /// The phase rotation of W that minimises the sum of squares in phase pointing elsewhere.
    private static func turn(_ encoded: [[Complex]], _ directions: [Direction]) -> Double {
        var (squares, across, along) = (Complex.zero, 0.0, 0.0)
        for (index, direction) in directions.enumerated() {
            let part = intensity(encoded, index, direction)
            along += part.along.power
            for value in part.across {
                squares += value * value
                across += value.power
            }
        }
        var turn = (.pi - atan2(squares.imaginary, squares.real)) / 2
        if turn > .pi / 2 { turn -= .pi }
        // If hardly anything points elsewhere, its phase is meaningless.
        turn *= across / (across + 1e-5 * along)
        return min(max(turn, -0.6), 0.6)
    }

    private static func errors(_ encoded: [[Complex]], _ directions: [Direction], _ turn: Double) -> (Double, Double) {
        var (bend, gain) = (0.0, 0.0)
        let phase = Complex(phase: turn)
        for (index, direction) in directions.enumerated() {
            let part = intensity(encoded, index, direction)
            let across = part.across.reduce(0) { sum, value in
                let real = (phase * value).real
                return sum + real * real
            }
            bend = max(bend, atan2(across.squareRoot(), (phase * part.along).real) * 180 / .pi)
            let vector = (1..<4).reduce(0) { $0 + encoded[$1][index].power }
            gain = max(gain, abs(10 * log10(encoded[0][index].power)), abs(10 * log10(vector)))
        }
        return (bend, gain)
    }
}
