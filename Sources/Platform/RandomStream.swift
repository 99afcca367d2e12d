/// Random numbers that depend on a seed and a position only, so that a resumed run draws what it would have drawn.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private var generator: SplitMix64

    /// - Parameters: `step` and `item` tell apart the places of a run that draw independently.
    public init(seed: UInt64, step: UInt64 = 0, item: UInt64 = 0) {
        generator = SplitMix64(seed: seed)
        for counter in [step, item] {
            // An odd constant spreads neighbouring counters over the state before it is mixed again.
            generator = SplitMix64(seed: generator.next() ^ (counter &* 0xD1B5_4A32_D192_ED03))
        }
    }

    public mutating func next() -> UInt64 { generator.next() }
}
