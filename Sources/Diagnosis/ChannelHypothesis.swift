import Geometry

/// What the channels may be: the one that should be i is channel `order[i]`, with its sign turned where `signs[i]` is -1.
struct ChannelHypothesis: Hashable {
    var order: [Int]
    var signs: [Double]

    static let asIs = ChannelHypothesis(order: [0, 1, 2, 3], signs: [1, 1, 1, 1])

    /// All orders of four channels.
    static let orders: [[Int]] = {
        var orders: [[Int]] = []
        for a in 0..<4 {
            for b in 0..<4 where b != a {
                for c in 0..<4 where c != a && c != b { orders.append([a, b, c, 6 - a - b - c]) }
            }
        }
        return orders
    }()

    /// All orders, and all signs but those that turn every channel of another, which changes nothing that can be heard.
    static let signed: [ChannelHypothesis] = orders.flatMap { order in
        (0..<8).map { pattern in
            let rest = (0..<3).map { pattern >> $0 & 1 == 1 ? -1.0 : 1 }
            return ChannelHypothesis(order: order, signs: [1] + rest)
        }
    }

    /// Channels to turn: the smaller set of the two that mean the same.
    var inverted: [Int] {
        let negative = (0..<4).filter { signs[$0] < 0 }
        return negative.count <= 2 ? negative : (0..<4).filter { signs[$0] > 0 }
    }

    /// Whether W stays and Y, Z, X are turned in space rather than mirrored.
    var isTurn: Bool {
        guard order[0] == 0 else { return false }
        let axes = order[1...].map { $0 }
        let isEven = [[1, 2, 3], [2, 3, 1], [3, 1, 2]].contains(axes)
        return (isEven ? 1 : -1) * signs.reduce(1, *) > 0
    }
}

/// Sounds from known directions, against which hypotheses are held.
protocol ChannelTrial {
    /// Where each sound is with the channels as they are, in the array's axes; nil for one that does not stand out.
    var heard: [Direction?] { get }
    /// What explains the sounds `clear` best.
    func best(_ clear: [Int]) -> ChannelHypothesis
    /// How well channels of a hypothesis explain sounds from some directions in the array's axes: 1 at most.
    func fit(_ hypothesis: ChannelHypothesis, _ directions: [Direction], _ clear: [Int]) -> Double
    /// Decibels of W against what Y, Z and X let expect; nil where there is no W.
    func omniLevel(_ hypothesis: ChannelHypothesis, _ clear: [Int]) -> Float?
}
