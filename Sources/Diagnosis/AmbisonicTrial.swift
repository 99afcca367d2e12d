import Geometry

/// Hypotheses about the channels of first-order Ambisonics.
///
/// A plane wave has W, Y, Z, X in phase, in the proportions of 1 and its direction. So the eigenvector of the largest
/// eigenvalue of the channels' in-phase covariance is the response to a sound; three of them determine order and signs.
struct AmbisonicTrial: ChannelTrial {
    let channels = 4
    let measured: [Direction?]
    private let wanted: [Direction]
    /// In-phase covariance and its principal eigenvector, for each sound.
    private let covariances: [[[Double]]]
    private let vectors: [[Double]]

    private static let range: ClosedRange<Float> = 300...3000
    /// Minimum share of the largest eigenvalue for a distinct sound; in a diffuse field it is one half.
    private static let clear = 0.56

    /// - Parameter wanted: directions of the sounds in the array's axes.
    init(_ sounds: [CalibrationSound], wanted: [Direction]) {
        self.wanted = wanted
        covariances = sounds.map { sound in
            let spectra = ChannelSpectra(sound.samples, channels: 4)
            return spectra.covariance(spectra.onsets, bins: ChannelSpectra.bins(Self.range)).whitened
        }
        let eigen = covariances.map { SymmetricMatrix($0).eigen }
        vectors = eigen.map { $0[0].vector }
        measured = eigen.map { values in
            guard values[0].value > Self.clear * values.reduce(0, { $0 + $1.value }) else { return nil }
            let v = values[0].vector
            let sign: Double = v[0] < 0 ? -1 : 1
            return Direction(towards: Float(sign * v[3]), Float(sign * v[1]), Float(sign * v[2]))
        }
    }

    func best(_ clear: [Int]) -> ChannelHypothesis {
        ChannelHypothesis.signed.max { fit($0, wanted, clear) < fit($1, wanted, clear) } ?? .asIs(4)
    }

    func fit(_ hypothesis: ChannelHypothesis, _ directions: [Direction], _ clear: [Int]) -> Double {
        let sum = clear.reduce(0.0) { sum, index in
            let direction = directions[index]
            let wave = [1, Double(direction.y), Double(direction.z), Double(direction.x)]
            let product = (0..<4).reduce(0.0) {
                $0 + hypothesis.signs[$1] * vectors[index][hypothesis.order[$1]] * wave[$1]
            }
            return sum + product * product / 2
        }
        return sum / Double(clear.count)
    }

    /// W has the power of Y, Z and X together, both in a plane wave and in a diffuse field.
    func omniLevel(_ hypothesis: ChannelHypothesis, _ clear: [Int]) -> Float? {
        let levels = clear.map { index -> Float in
            let powers = (0..<4).map { covariances[index][hypothesis.order[$0]][hypothesis.order[$0]] }
            return Decibels.of(powers[0]) - Decibels.of(powers[1] + powers[2] + powers[3])
        }
        return Median.of(levels)
    }
}
