import Audio
import Features
import Geometry
import Tensor

/// Whether four channels are what they are taken for: Ambisonics or capsules. From the covariance at frequencies whose waves are long against
/// any array, in all frames, in the quiet ones, where a diffuse field is heard, and in the loud ones.
///
/// Ambisonics of SN3D: every plane wave has W^2 = Y^2 + Z^2 + X^2, so the power ratio Q of these is 1, and the coherences of Y, Z and X are
/// not all above 1 / Q, whatever noise an encoder adds to them. Capsules hear long waves alike: Q is about 3, and all coherences are
/// high. Measured in quiet frames, 200 to 1000 Hz: Q times the least of these coherences is at most 0.3 for Ambisonics of simulated and
/// measured rooms, and at least 1.6 for capsules taken for Ambisonics.
struct FormatCheck {
    /// Hz; what is kept of the spectra.
    static let range: ClosedRange<Float> = 0...1000
    private static let middle = HeardSpectra.bins(200...1000)
    private static let low = HeardSpectra.bins(100...400)
    /// Frames without which nothing is said: two seconds.
    private static let fewestFrames = 100
    /// The share of the bins of a range that must have sound of their own.
    private static let fewestBins = 0.4
    /// dB between Y, Z and X in the quietest frames beyond which one of them is at fault, and not the scaling of all.
    private static let unequal: Float = 7

    /// Over all frames with sound, the half and the fifth of them that are quietest, and the fifth that is loudest.
    private let all, quiet, quietest, loud: BandCovariance

    /// nil for too little to judge.
    init?(_ spectra: HeardSpectra) {
        let powers = spectra.powers(200...1000)
        let loudest = powers.max() ?? 0
        let audible = powers.filter { $0 > 1e-9 * loudest }.sorted()
        // What a window has of white noise at some -90 dBFS, which is quantisation and not the room.
        guard audible.count >= Self.fewestFrames, loudest > 2e-5 else { return nil }
        func covariance(_ body: (Float) -> Bool) -> BandCovariance {
            let weights = powers.map { $0 >= audible[0] && body($0) ? Float(1) : 0 }
            return BandCovariance(spectra.covariance(weights, bins: HeardSpectra.bins(Self.range)))
        }
        let (fifth, median, highest) = (audible[audible.count / 5], audible[audible.count / 2], audible[audible.count * 4 / 5])
        all = covariance { _ in true }
        quiet = covariance { $0 <= median }
        quietest = covariance { $0 <= fifth }
        loud = covariance { $0 >= highest }
    }

    func finding(_ kind: MicrophoneKind) -> ChannelFinding? {
        switch kind {
        case .ambisonics:
            return ambisonicFinding
        case .capsules(let geometry):
            let expected = geometry.diffuseMeanCoherence
            return expected > 0.45 ? capsuleFinding(expected) : nil
        }
    }

    private var ambisonicFinding: ChannelFinding? {
        guard let balances = balances(), let loud = loud.mean(Self.middle, atLeast: Self.fewestBins),
            let quietest = quietest.mean(Self.middle, atLeast: Self.fewestBins)
        else { return nil }
        if balances[2].decibels > 2, balances[2].product > 1.3 { return .capsules }
        let levels = balances.map(\.decibels)
        // Frames that are quiet are so in W above all, so that the least ones make it seem quieter.
        let directed = (1...3).map { Decibels.of(quietest[$0][$0]) }
        let isEven = directed.max()! - directed.min()! < Self.unequal
        if isEven, max(levels[0], levels[1]) < -2.3, levels[2] < -1.5 { return .scaling(decibels: (levels[0] + levels[1]) / 2) }
        // What a loud source is in the channels: the first eigenvector, which noise of an encoder hardly turns.
        let eigen = SymmetricMatrix(loud).eigen
        let vector = eigen[0].vector.map { $0 * $0 }
        let scale = Decibels.of((vector[1] + vector[2] + vector[3]) / max(vector[0], 1e-9))
        let isOneSource = eigen[0].value > 0.6 * eigen.reduce(0) { $0 + $1.value }
        return isOneSource && (2.2...9).contains(scale) ? .scaling(decibels: scale) : nil
    }

    /// - Parameter expected: the mean coherence of two capsules in a diffuse field at low frequencies; that of one wave is higher.
    private func capsuleFinding(_ expected: Double) -> ChannelFinding? {
        guard let balances = balances() else { return nil }
        for (covariance, balance) in zip([all, quiet, quietest], balances) {
            guard let c = covariance.mean(Self.low, atLeast: Self.fewestBins) else { return nil }
            let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
            let mean = pairs.reduce(0) { $0 + Self.coherence(c, $1.0, $1.1) } / Double(pairs.count)
            // Noise of capsules, and capsules of which one is turned, are not coherent either, but equally loud.
            guard mean < 0.5 * expected, abs(balance.decibels) < 2.2, balance.product < 1 else { return nil }
        }
        return .ambisonics
    }

    /// dB from W to Y, Z and X together, and that ratio times the least coherence of these: over all, quiet and quietest frames.
    private func balances() -> [(decibels: Float, product: Double)]? {
        let means = [all, quiet, quietest].compactMap { $0.mean(Self.middle, atLeast: Self.fewestBins) }
        guard means.count == 3 else { return nil }
        return means.map { c in
            let ratio = (c[1][1] + c[2][2] + c[3][3]) / max(c[0][0], 1e-30)
            let least = [(1, 2), (1, 3), (2, 3)].map { Self.coherence(c, $0, $1) }.min() ?? 0
            return (Decibels.of(ratio), ratio * least)
        }
    }

    private static func coherence(_ c: [[Double]], _ a: Int, _ b: Int) -> Double {
        c[a][b] / max((c[a][a] * c[b][b]).squareRoot(), 1e-30)
    }
}

/// The covariance of some frames, and which of its bins have sound of their own rather than what the window lets through of a loud tone elsewhere.
private struct BandCovariance {
    private let covariance: ChannelCovariance
    private let own: [Int]

    init(_ covariance: ChannelCovariance) {
        self.covariance = covariance
        let powers = covariance.bins.map { covariance.power($0) }
        own = covariance.bins.filter { bin in
            let through = covariance.bins.reduce(0.0) { sum, other in
                guard abs(other - bin) > 2 else { return sum }
                // The side lobes of Hann's window; 960 samples of 1024 points.
                let d = Double(other - bin) * Double(FrameTiming.window) / Double(FrameTiming.transform)
                let lobe = .pi * d * (d * d - 1)
                return sum + powers[other - covariance.bins.lowerBound] / (lobe * lobe)
            }
            return powers[bin - covariance.bins.lowerBound] > 10 * through
        }
    }

    /// Over the bins of a range that have sound of their own, each with the same weight; nil where those are less than a share of it.
    func mean(_ range: Range<Int>, atLeast share: Double) -> [[Double]]? {
        let bins = own.filter(range.contains)
        return Double(bins.count) >= share * Double(range.count) ? covariance.whitened(bins) : nil
    }
}

/// Collects what `FormatCheck` looks at of a stream.
final class FormatListener {
    private var stft = STFT()
    private(set) var spectra = HeardSpectra(range: FormatCheck.range)

    func hear(_ samples: Span<Float>) {
        var start = 0
        while stft.advance(samples, from: &start) { spectra.append(stft.real, stft.imaginary) }
    }

    func forget() {
        stft.reset()
        spectra = HeardSpectra(range: FormatCheck.range)
    }
}

extension ArrayGeometry {
    /// Of two capsules in a diffuse field at 200 Hz, the mean of all pairs.
    fileprivate var diffuseMeanCoherence: Double {
        let coherence = diffuseCoherence(frequency: 200)
        return (0..<4).reduce(0) { sum, i in (0..<i).reduce(sum) { $0 + coherence[i][$1] } } / 6
    }
}
