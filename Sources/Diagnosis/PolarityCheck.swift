import Audio
import Geometry

/// Finds capsules with inverted polarity: waves that are long relative to the array reach all of them in phase, or as their
/// aims determine.
enum PolarityCheck {
    private static let range: ClosedRange<Float> = 100...400
    /// Minimum coherence.
    private static let certain = 0.3

    static func findings(_ spectra: ChannelSpectra, _ geometry: ArrayGeometry, _ alive: [Int]) -> [ChannelFinding] {
        let inverted = invertedChannels(spectra, geometry, alive)
        guard !inverted.isEmpty else { return [] }
        return [2 * inverted.count == alive.count ? .split(channels: inverted) : .inverted(channels: inverted)]
    }

    /// The smaller set of channels with opposite polarity; of two halves, the one without channel 0.
    static func invertedChannels(_ spectra: ChannelSpectra, _ geometry: ArrayGeometry, _ alive: [Int]) -> [Int] {
        let all = [Float](repeating: 1, count: spectra.frames)
        let covariance = spectra.covariance(all, bins: ChannelSpectra.bins(range))
        let expected = geometry.diffuseCoherence(frequency: 200)
        let count = geometry.capsules.count
        var agreement = [[Double]](repeating: Array(repeating: 0, count: count), count: count)
        for i in alive {
            for j in alive where i != j && abs(expected[i][j]) > 0.2 {
                for bin in covariance.bins {
                    let scale = (covariance[bin, i, i].real * covariance[bin, j, j].real).squareRoot()
                    let sign: Double = expected[i][j] < 0 ? -1 : 1
                    agreement[i][j] += sign * covariance[bin, i, j].real / max(scale, 1e-30) / Double(covariance.bins.count)
                }
            }
        }
        let strongest = agreement.joined().reduce(0) { max($0, abs($1)) }
        guard strongest > certain else { return [] }
        // All combinations of inversions except with the first channel; inverting all has no effect.
        let patterns = (0..<1 << (count - 1)).map { pattern in (0..<count).map { $0 > 0 && pattern >> ($0 - 1) & 1 == 1 ? -1.0 : 1 } }
        func score(_ signs: [Double]) -> Double {
            (0..<count).reduce(0) { sum, i in (0..<count).reduce(sum) { $0 + signs[i] * signs[$1] * agreement[i][$1] } }
        }
        guard let best = patterns.max(by: { score($0) < score($1) }), score(best) > score(patterns[0]) else { return [] }
        let inverted = alive.filter { best[$0] < 0 }
        let rest = alive.filter { best[$0] > 0 }
        return inverted.count <= rest.count ? inverted : rest
    }
}
