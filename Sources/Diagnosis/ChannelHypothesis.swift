import Geometry

/// A hypothesis: the channel that should be i is channel `order[i]`, with inverted sign if `signs[i]` is -1.
struct ChannelHypothesis: Hashable {
    var order: [Int]
    var signs: [Double]

    static func asIs(_ channels: Int) -> ChannelHypothesis { ChannelHypothesis(order: Array(0..<channels)) }

    init(order: [Int], signs: [Double]? = nil) {
        self.order = order
        self.signs = signs ?? Array(repeating: 1, count: order.count)
    }

    /// All orders of four channels.
    static let orders = ChannelOrderSearch.permutations(4)

    /// All orders with all signs, except those that invert every channel of another, which has no effect.
    static let signed: [ChannelHypothesis] = orders.flatMap { order in
        (0..<8).map { pattern in
            let rest = (0..<3).map { pattern >> $0 & 1 == 1 ? -1.0 : 1 }
            return ChannelHypothesis(order: order, signs: [1] + rest)
        }
    }

    /// Channels to invert: the smaller of the two equivalent sets.
    var inverted: [Int] {
        let negative = signs.indices.filter { signs[$0] < 0 }
        return 2 * negative.count <= signs.count ? negative : signs.indices.filter { signs[$0] > 0 }
    }

    /// Whether W stays and Y, Z, X are rotated in space instead of mirrored.
    var isTurn: Bool {
        guard order[0] == 0 else { return false }
        let axes = order[1...].map { $0 }
        let isEven = [[1, 2, 3], [2, 3, 1], [3, 1, 2]].contains(axes)
        return (isEven ? 1 : -1) * signs.reduce(1, *) > 0
    }
}

/// Sounds from known directions, which test hypotheses.
protocol ChannelTrial {
    /// Number of channels.
    var channels: Int { get }
    /// The direction of each sound with the present channels, in the array's axes; nil for a sound that is not distinct.
    var measured: [Direction?] { get }
    /// The hypothesis that best explains the sounds `clear`.
    func best(_ clear: [Int]) -> ChannelHypothesis
    /// How well a hypothesis explains sounds from given directions in the array's axes: at most 1.
    func fit(_ hypothesis: ChannelHypothesis, _ directions: [Direction], _ clear: [Int]) -> Double
    /// Level of W relative to that expected from Y, Z and X, in decibels; nil without W.
    func omniLevel(_ hypothesis: ChannelHypothesis, _ clear: [Int]) -> Float?
}
