/// Random numbers that depend only on a seed and a position, so that a resumed run draws the same numbers.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private var generator: SplitMix64

    /// - Parameters: `step` and `item` identify the independent streams of a run.
    public init(seed: UInt64, step: UInt64 = 0, item: UInt64 = 0) {
        generator = SplitMix64(seed: seed)
        for counter in [step, item] {
            // An odd constant spreads adjacent counters over the state before it is mixed again.
            generator = SplitMix64(seed: generator.next() ^ (counter &* 0xD1B5_4A32_D192_ED03))
        }
    }

    public mutating func next() -> UInt64 { generator.next() }
}
