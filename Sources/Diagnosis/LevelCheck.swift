/// Finds channels that are dead, constant or copies of another, from the levels of some seconds of blocks.
enum LevelCheck {
    /// Level in dBFS below which everything is silence.
    private static let silent: Float = -150
    /// Level of the loudest channel in dBFS below which quantisation dominates.
    static let faint: Float = -85
    /// Level differences in dB to the others, overall and in quiet blocks, that together identify a dead channel.
    private static let deadBelow: [(level: Float, floor: Float)] = [(40, 30), (15, 40)]
    /// Maximum difference between copied channels as a share of their power: the rounding of a resampler is far below, the
    /// difference of two capsules far above.
    private static let copied = 1e-10
    /// The same for channels that receive a single wave simultaneously with little else; a diffuse field gives 0.1 and more.
    private static let alike = 1e-3

    /// - Parameter blocks: of some seconds.
    static func findings(_ blocks: [BlockSums], _ kind: MicrophoneKind) -> [ChannelFinding] {
        guard !blocks.isEmpty else { return [] }
        let powers = blocks.map(\.powers)
        let levels = levels(powers.reduce(.zero, +) / Double(blocks.count), kind.channels)
        let (lowest, highest) = blocks.reduce((blocks[0].lowest, blocks[0].highest)) {
            (pointwiseMin($0.0, $1.lowest), pointwiseMax($0.1, $1.highest))
        }
        guard let loudest = levels.max(), loudest > silent else {
            return [pointwiseMax(highest, -lowest).max() > 1e-7 ? .still : .silence]
        }
        guard loudest > faint else { return [] }
        // A plane wave without background has channels that are zero or equal for some directions.
        if kind == .ambisonics, isPlaneWave(powers) { return [] }
        let equal = copies(blocks, powers, levels)
        if !equal.isEmpty { return equal.map { .equal(channels: $0) } }
        return dead(powers, levels, kind).filter { !isBehind($0, blocks, powers, kind) }.map { .dead(channel: $0) }
    }

    private static func difference(_ a: Int, _ b: Int, _ blocks: [BlockSums]) -> Double {
        blocks.reduce(0) { $0 + $1.difference(a, b) }
    }

    /// Whether a single wave in an open field may come from the null of a directional capsule. To the other three of a
    /// tetrahedron it arrives at the same time and level, which does not happen in a room. Of other arrays this is not known.
    private static func isBehind(_ channel: Int, _ blocks: [BlockSums], _ powers: [SIMD8<Double>], _ kind: MicrophoneKind) -> Bool {
        guard case .capsules = kind, kind.channels == 4, !kind.isPressure else { return false }
        let total = powers.reduce(.zero, +)
        let others = (0..<4).filter { $0 != channel }
        return [(0, 1), (1, 2), (0, 2)].allSatisfy { first, second in
            let (a, b) = (others[first], others[second])
            return difference(a, b, blocks) < alike * (total[a] + total[b])
        }
    }

    private static func levels(_ power: SIMD8<Double>, _ channels: Int) -> [Float] { (0..<channels).map { Decibels.of(power[$0]) } }

    /// Whether W has the power of Y, Z and X together in all blocks with sound. This holds for a wave in an open field; in a
    /// room it holds only on average.
    private static func isPlaneWave(_ powers: [SIMD8<Double>]) -> Bool {
        let balances = audible(powers).map { Decibels.of($0[1] + $0[2] + $0[3]) - Decibels.of($0[0]) }
        let mean = balances.reduce(0, +) / Float(max(balances.count, 1))
        let variance = balances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(max(balances.count, 1))
        return abs(mean) < 0.5 && variance < 0.25
    }

    private static func audible(_ powers: [SIMD8<Double>]) -> [SIMD8<Double>] {
        powers.filter { $0.max() > 1e-9 }
    }

    /// Groups of channels with equal samples.
    private static func copies(_ blocks: [BlockSums], _ powers: [SIMD8<Double>], _ levels: [Float]) -> [[Int]] {
        let total = powers.reduce(.zero, +)
        func areEqual(_ a: Int, _ b: Int) -> Bool {
            min(levels[a], levels[b]) > faint && difference(a, b, blocks) < copied * (total[a] + total[b])
        }
        var groups: [[Int]] = []
        for channel in levels.indices where !groups.joined().contains(channel) {
            let group = [channel] + (channel + 1..<levels.count).filter { areEqual(channel, $0) }
            if group.count > 1 { groups.append(group) }
        }
        return groups
    }

    private static func dead(_ powers: [SIMD8<Double>], _ levels: [Float], _ kind: MicrophoneKind) -> [Int] {
        let expected = kind.diffuseLevels
        // A source may be loud in some channels only, such as one in front of a microphone in an open field, but the ambience
        // between its sounds is not.
        let audible = audible(powers)
        let floors = levels.indices.map { channel in
            let sorted = audible.map { $0[channel] }.sorted()
            return sorted.isEmpty ? -200 : Decibels.of(sorted[sorted.count / 10])
        }
        return levels.indices.filter { channel in
            let others = levels.indices.filter { $0 != channel }
            func isBelow(_ values: [Float], by decibels: Float) -> Bool {
                values[channel] - expected[channel] < Median.of(others.map { values[$0] - expected[$0] }) - decibels
            }
            return deadBelow.contains { isBelow(levels, by: $0.level) && isBelow(floors, by: $0.floor) }
        }
    }
}
