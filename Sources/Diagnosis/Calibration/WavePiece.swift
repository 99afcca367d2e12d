import Audio
import Geometry

/// The dominant wave of a piece of sound, in each of some frequencies: what its direct sound leaves in the capsules.
struct WavePiece {
    /// Hz. From where small capsules differ, to where the phases of larger arrays are still known.
    static let frequencies = bins.map { ChannelSpectra.frequency($0) }
    private static let range = ChannelSpectra.bins(300...4000)
    /// Every second bin, since windows make neighbours alike.
    private static let bins = Array(stride(from: range.lowerBound, to: range.upperBound, by: 2))

    /// [frequencies][capsules], of length 1: the principal eigenvector of the covariance.
    let waves: [[Complex]]
    /// [frequencies]: the square of the wave's share of the power, above that of equal noise: 0 to 1.
    let weights: [Double]

    /// - Parameters: `samples` [n, C] at 24 kHz; `capsules` C.
    init(_ samples: [Float], capsules: Int) {
        let spectra = ChannelSpectra(samples, channels: capsules)
        let floor = 1 / Double(capsules)
        let covariance = spectra.covariance(spectra.onsets, bins: Self.range)
        var (waves, weights): ([[Complex]], [Double]) = ([], [])
        for bin in Self.bins {
            let (vector, share) = covariance.principal(bin)
            let excess = max(0, (share - floor) / (1 - floor))
            waves.append(vector)
            weights.append(excess * excess)
        }
        (self.waves, self.weights) = (waves, weights)
    }

    /// Similarity to a wave with these responses, mean over frequencies by their weights: 1 for equal up to a factor.
    /// - Parameter response: [frequencies][capsules].
    func match(_ response: [[Complex]]) -> Double {
        var (sum, total) = (0.0, 1e-12)
        for (index, wave) in waves.enumerated() where weights[index] > 0 {
            let power = response[index].reduce(0) { $0 + $1.power }
            let product = zip(wave, response[index]).reduce(Complex.zero) { $0 + $1.0.conjugate * $1.1 }
            sum += weights[index] * product.power / max(power, 1e-30)
            total += weights[index]
        }
        return sum / total
    }
}

extension ChannelCovariance {
    /// The eigenvector of the largest eigenvalue, of length 1, by repeated multiplication, and the eigenvalue's share of the power.
    fileprivate func principal(_ bin: Int) -> (vector: [Complex], share: Double) {
        let matrix = (0..<channels).map { i in (0..<channels).map { j in Complex(self[bin, i, j].real, self[bin, i, j].imaginary) } }
        let power = self.power(bin)
        guard power > 1e-30 else { return ([Complex](repeating: Complex(1 / Double(channels).squareRoot()), count: channels), 0) }
        // The column of the strongest channel is never at right angles to the vector.
        let strongest = (0..<channels).max { matrix[$0][$0].real < matrix[$1][$1].real } ?? 0
        var vector = (0..<channels).map { matrix[$0][strongest] }
        var value = 0.0
        for _ in 0..<20 {
            let product = matrix.map { row in zip(row, vector).reduce(Complex.zero) { $0 + $1.0 * $1.1 } }
            let length = product.reduce(0) { $0 + $1.power }.squareRoot()
            let before = vector.reduce(0) { $0 + $1.power }.squareRoot()
            value = length / max(before, 1e-30)
            vector = product.map { (1 / max(length, 1e-30)) * $0 }
        }
        return (vector, value / power)
    }
}
