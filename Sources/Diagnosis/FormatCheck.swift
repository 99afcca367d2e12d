import Audio
import Features
import Geometry
import Signal
import Tensor

/// Checks whether four channels are of the configured kind: Ambisonics or capsules. It uses the covariance at frequencies whose
/// waves are long relative to any array: in all frames, in quiet ones with a diffuse field, and in loud ones.
///
/// Ambisonics with SN3D: every plane wave has W^2 = Y^2 + Z^2 + X^2, so their power ratio Q is 1, and the coherences of Y, Z
/// and X are not all above 1 / Q, whatever noise an encoder adds. Capsules receive long waves alike: Q is about 3, and all
/// coherences are high. In quiet frames, 200 to 1000 Hz, Q times the smallest coherence was at most 0.3 for Ambisonics of
/// simulated and measured rooms, and at least 1.6 for capsules read as Ambisonics.
struct FormatCheck {
    /// Stored frequency range of the spectra in Hz.
    static let range: ClosedRange<Float> = 0...1000
    private static let middle = ChannelSpectra.bins(200...1000)
    private static let low = ChannelSpectra.bins(100...400)
    /// Minimum number of frames: two seconds.
    private static let fewestFrames = 100
    /// Minimum share of a range's bins with sound of their own.
    private static let fewestBins = 0.4
    /// Difference in dB between Y, Z and X in the quietest frames above which one of them is faulty, not the scaling of all.
    private static let unequal: Float = 7

    /// Over all frames with sound, the quietest half and fifth of them, and the loudest fifth.
    private let all, quiet, quietest, loud: BandCovariance

    /// Whether channels may be of the other kind: as many as Ambisonics of the first order has.
    static func applies(to kind: MicrophoneKind) -> Bool { kind.channels == FrameLayout.channels }

    /// nil if there is too little to check.
    init?(_ spectra: ChannelSpectra) {
        let powers = spectra.powers(200...1000)
        let loudest = powers.max() ?? 0
        let audible = powers.filter { $0 > 1e-9 * loudest }.sorted()
        // The power of a window of white noise at about -90 dBFS, the level of quantisation.
        guard audible.count >= Self.fewestFrames, loudest > 2e-5 else { return nil }
        func covariance(_ body: (Float) -> Bool) -> BandCovariance {
            let weights = powers.map { $0 >= audible[0] && body($0) ? Float(1) : 0 }
            return BandCovariance(spectra.covariance(weights, bins: ChannelSpectra.bins(Self.range)))
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
        // Quiet frames are quiet mainly in W, so the quietest ones underestimate W.
        let directed = (1...3).map { Decibels.of(quietest[$0][$0]) }
        let isEven = directed.max()! - directed.min()! < Self.unequal
        if isEven, max(levels[0], levels[1]) < -2.3, levels[2] < -1.5 { return .scaling(decibels: (levels[0] + levels[1]) / 2) }
        // The response to a loud source: the principal eigenvector, which an encoder's noise hardly changes.
        let eigen = SymmetricMatrix(loud).eigen
        let vector = eigen[0].vector.map { $0 * $0 }
        let scale = Decibels.of((vector[1] + vector[2] + vector[3]) / max(vector[0], 1e-9))
        let isOneSource = eigen[0].value > 0.6 * eigen.reduce(0) { $0 + $1.value }
        return isOneSource && (2.2...9).contains(scale) ? .scaling(decibels: scale) : nil
    }

    /// - Parameter expected: mean coherence of two capsules in a diffuse field at low frequencies; that of a single wave is
    ///   higher.
    private func capsuleFinding(_ expected: Double) -> ChannelFinding? {
        guard let balances = balances() else { return nil }
        for (covariance, balance) in zip([all, quiet, quietest], balances) {
            guard let c = covariance.mean(Self.low, atLeast: Self.fewestBins) else { return nil }
            let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
            let mean = pairs.reduce(0) { $0 + Self.coherence(c, $1.0, $1.1) } / Double(pairs.count)
            // Noise of capsules, and capsules with one inverted, are not coherent either, but equally loud.
            guard mean < 0.5 * expected, abs(balance.decibels) < 2.2, balance.product < 1 else { return nil }
        }
        return .ambisonics
    }

    /// Level of Y, Z and X together relative to W in dB, and their power ratio times the smallest coherence: in all, quiet and
    /// quietest frames.
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

/// The covariance of some frames, and the bins that have sound of their own instead of leakage from a loud tone elsewhere.
private struct BandCovariance {
    private let covariance: ChannelCovariance
    private let own: [Int]

    init(_ covariance: ChannelCovariance) {
        self.covariance = covariance
        let powers = covariance.bins.map { covariance.power($0) }
        own = covariance.bins.filter { bin in
            let through = covariance.bins.reduce(0.0) { sum, other in
                guard abs(other - bin) > 2 else { return sum }
                // The side lobes of the Hann window; 960 samples of 1024 points.
                let d = Double(other - bin) * Double(FrameTiming.window) / Double(FrameTiming.transform)
                let lobe = .pi * d * (d * d - 1)
                return sum + powers[other - covariance.bins.lowerBound] / (lobe * lobe)
            }
            return powers[bin - covariance.bins.lowerBound] > 10 * through
        }
    }

    /// Mean over the bins of a range with sound of their own, equally weighted; nil if they are less than a share of the range.
    func mean(_ range: Range<Int>, atLeast share: Double) -> [[Double]]? {
        let bins = own.filter(range.contains)
        return Double(bins.count) >= share * Double(range.count) ? covariance.whitened(bins) : nil
    }
}

/// Collects the input of `FormatCheck` from a stream.
final class FormatCollector {
    private var transform = ChannelTransform(channels: FrameLayout.channels)
    private(set) var spectra = FormatCollector.nothing
    private static var nothing: ChannelSpectra { ChannelSpectra(range: FormatCheck.range, channels: FrameLayout.channels) }

    func push(_ samples: Span<Float>) {
        var start = 0
        while transform.advance(samples, from: &start) { spectra.append(transform) }
    }

    func reset() {
        transform.reset()
        spectra = Self.nothing
    }
}

extension ArrayGeometry {
    /// Coherence of two capsules in a diffuse field at 200 Hz, the mean of all pairs.
    fileprivate var diffuseMeanCoherence: Double {
        let coherence = diffuseCoherence(frequency: 200)
        return (0..<4).reduce(0) { sum, i in (0..<i).reduce(sum) { $0 + coherence[i][$1] } } / 6
    }
}
