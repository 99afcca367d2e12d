import Glibc

/// Random numbers of the distributions that scenes use, equal on every machine for a seed.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var generator: SplitMix64
    private var spare: Double?

    public init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// An independent stream for every combination of numbers, such as seed, fold and recording.
    public init(seed: UInt64, _ keys: Int...) {
        self.init(seed: seed)
        for key in keys { generator.state = next() ^ UInt64(bitPattern: Int64(key)) &* 0xD6E8_FEB8_6659_FD93 }
    }

    public mutating func next() -> UInt64 { generator.next() }

    /// Uniform over a range.
    public mutating func uniform(_ range: ClosedRange<Float>) -> Float {
        let unit = Float(next() >> 40) * 0x1p-24
        return range.lowerBound + unit * (range.upperBound - range.lowerBound)
    }

    /// True with the given probability.
    public mutating func chance(_ probability: Float) -> Bool { uniform(0...1) < probability }

    public mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

    /// Standard normal, by Box and Muller.
    public mutating func normal() -> Float {
        if let held = spare {
            spare = nil
            return Float(held)
        }
        let u = (Double(next() >> 11) + 1) * 0x1p-53
        let v = Double(next() >> 11) * 0x1p-53
        let radius = (-2 * log(u)).squareRoot()
        spare = radius * sin(2 * .pi * v)
        return Float(radius * cos(2 * .pi * v))
    }

    /// A unit vector, uniform over the sphere.
    public mutating func direction() -> SIMD3<Float> {
        let (z, azimuth) = (uniform(-1...1), uniform(-.pi ... .pi))
        let radius = (1 - z * z).squareRoot()
        return SIMD3(radius * cos(azimuth), radius * sin(azimuth), z)
    }

    /// An index with probability proportional to its weight; weights are not negative and not all 0.
    public mutating func choose(_ weights: [Float]) -> Int {
        var rest = uniform(0...1) * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return index }
        }
        return weights.count - 1
    }
}
