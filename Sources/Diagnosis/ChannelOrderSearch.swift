/// Finds the order of channels that fits best: all orders of up to four are tried. Of more channels, exchanges of two are tried while
/// they improve the fit, from the present order and from those of a ring that is turned or mirrored.
struct ChannelOrderSearch {
    private let channels: Int
    private static let exhaustive = 4

    init(_ channels: Int) { self.channels = channels }

    func best(_ score: ([Int]) -> Double) -> (order: [Int], score: Double) {
        var best = (order: Array(0..<channels), score: -Double.infinity)
        for start in starts {
            let found = channels > Self.exhaustive ? climb(from: start, score) : (order: start, score: score(start))
            if found.score > best.score { best = found }
        }
        return best
    }

    private var starts: [[Int]] {
        guard channels > Self.exhaustive else { return Self.permutations(channels) }
        let ring = Array(0..<channels)
        return ring.flatMap { turn in
            let turned = ring.map { ($0 + turn) % channels }
            return [turned, turned.reversed()]
        }
    }

    /// All orders of some channels, the present one first.
    static func permutations(_ count: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return permutations(count - 1).flatMap { order in
            (0..<count).map { place in
                var order = order
                order.insert(count - 1, at: place)
                return order
            }
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func climb(from start: [Int], _ score: ([Int]) -> Double) -> (order: [Int], score: Double) {
        var best = (order: start, score: score(start))
        while true {
            var better = best
            for a in 0..<channels {
                for b in a + 1..<channels {
                    var order = best.order
                    order.swapAt(a, b)
                    let value = score(order)
                    if value > better.score { better = (order, value) }
                }
            }
            guard better.score > best.score else { return best }
            best = better
        }
    }
}
