import Audio
import Geometry
import Glibc

/// Checks channels with a few seconds of any sound, whose direction is unknown.
public enum AmbienceCheck {
    /// Minimum duration in seconds.
    public static let shortest = 2.0

    /// Frames are compared in these ranges of Hz: where capsules receive nearly equal signals, and where they differ.
    private static let low: ClosedRange<Float> = 100...500
    private static let middle: ClosedRange<Float> = 300...3000

    /// Level of each channel in dB below full scale, without its offset.
    /// - Parameters: `samples` [n, C]; `channels` C.
    public static func levels(_ samples: [Float], channels: Int) -> [Float] { powers(samples, channels).map(Decibels.of) }

    /// - Parameter samples: [n, C] at 24 kHz in +-1.
    public static func findings(_ samples: [Float], _ kind: MicrophoneKind) -> [ChannelFinding] {
        let found = LevelCheck.findings(BlockSums.blocks(of: samples, channels: kind.channels), kind)
        guard found != [.silence], found != [.still] else { return found }
        var findings = clipping(samples, kind.channels)
        let loudest = levels(samples, channels: kind.channels).max() ?? -200
        guard loudest > LevelCheck.faint else { return findings + [.faint(decibels: loudest)] }
        findings += found
        let dead = found.compactMap { if case .dead(let channel) = $0 { channel } else { nil } }
        let alive = (0..<kind.channels).filter { !dead.contains($0) }
        guard alive.count >= 3, found.count == dead.count else { return findings }
        let spectra = ChannelSpectra(samples, channels: kind.channels)
        // The expected levels of another kind of channels do not apply.
        if dead.isEmpty, FormatCheck.applies(to: kind), let format = FormatCheck(spectra)?.finding(kind) { return findings + [format] }
        findings += levelFaults(spectra, kind, alive)
        if case .capsules(let geometry) = kind {
            findings += PolarityCheck.findings(spectra, geometry, alive)
        }
        return findings
    }

    private static func powers(_ samples: [Float], _ channels: Int) -> [Double] {
        (0..<channels).map { channel in
            var (sum, squares) = (0.0, 0.0)
            for index in stride(from: channel, to: samples.count, by: channels) {
                let value = Double(samples[index])
                sum += value
                squares += value * value
            }
            let count = Double(max(samples.count / channels, 1))
            return squares / count - (sum / count) * (sum / count)
        }
    }

    /// Samples at full scale, or accumulated at the channel's own maximum as in no natural waveform.
    private static func clipping(_ samples: [Float], _ channels: Int) -> [ChannelFinding] {
        (0..<channels).compactMap { channel in
            let values = stride(from: channel, to: samples.count, by: channels).lazy.map { abs(samples[$0]) }
            let peak = values.max() ?? 0
            let full = values.count { $0 >= 0.9995 }
            if full >= 5 { return .clipping(channel: channel, samples: full) }
            let top = values.count { $0 >= 0.999 * peak }
            let below = values.count { $0 >= 0.99 * peak } - top
            return peak > 1e-3 && top >= 20 && top > 2 * below ? .clipping(channel: channel, samples: top) : nil
        }
    }

    /// Channels that are louder or quieter than expected from the others.
    ///
    /// Sources make channels of different directions differ; a diffuse field does not. So levels are compared in all frames, in
    /// the quiet ones between sounds, and in the part of each channel that the others do not predict. A fault is visible in all
    /// three.
    private static func levelFaults(_ spectra: ChannelSpectra, _ kind: MicrophoneKind, _ alive: [Int]) -> [ChannelFinding] {
        let all = [Float](repeating: 1, count: spectra.frames)
        let estimates: [[Double]]
        if kind.isPressure {
            estimates = [spectra.covariance(all, bins: ChannelSpectra.bins(low)).shares]
        } else if alive.count == kind.channels {
            let powers = spectra.powers(middle)
            let limit = Median.of(powers)
            let quiet = powers.map { $0 <= limit ? Float(1) : 0 }
            let bins = ChannelSpectra.bins(middle)
            estimates = [all, quiet].flatMap { weights in
                let covariance = spectra.covariance(weights, bins: bins)
                return [covariance.shares, covariance.residualShares]
            }
        } else {
            // Without one channel, too little is known of the others; that channel must be repaired first.
            return []
        }
        let expected = kind.diffuseLevels
        let deviations = alive.map { channel in
            estimates.map { shares in
                let levels = (0..<kind.channels).map { Decibels.of(shares[$0]) - expected[$0] }
                return levels[channel] - Median.of(alive.filter { $0 != channel }.map { levels[$0] })
            }
        }
        let threshold: Float = kind.isPressure ? 5 : 7
        return zip(alive, deviations).compactMap { channel, values in
            let middle = Median.of(values)
            guard abs(middle) > threshold, values.allSatisfy({ $0 * middle > 0 && abs($0) > 0.4 * threshold }) else { return nil }
            return .level(channel: channel, decibels: middle)
        }
    }
}
