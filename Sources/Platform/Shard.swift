/// A part of numbered work that several processes divide: item k belongs to shard k mod `count` + 1.
///
/// The shards are disjoint, and together they are the whole. Their sizes differ by at most one item.
package struct Shard: Sendable, Hashable, CustomStringConvertible {
    /// 1...count.
    package let number: Int
    package let count: Int

    /// All of the work.
    package static let whole = Shard(number: 1, count: 1)
    /// The largest `count`.
    package static let most = 1_000_000

    private init(number: Int, count: Int) { (self.number, self.count) = (number, count) }

    /// Parses I/N, such as 3/8.
    /// - Returns: nil unless 1 <= I <= N <= `most`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.allSatisfy { ("0"..."9").contains($0) } ? Int(part) : nil
        }
        guard parts.count == 2, let number = parts[0], let count = parts[1], (1...Self.most).contains(count), (1...count).contains(number)
        else { return nil }
        self.init(number: number, count: count)
    }

    package var description: String { "\(number)/\(count)" }

    package var isWhole: Bool { count == 1 }

    /// - Parameter index: of an item, from 0.
    package func contains(_ index: Int) -> Bool { index % count == number - 1 }

    /// Its numbers among 0..<total, in ascending order.
    package func indices(of total: Int) -> StrideTo<Int> { stride(from: number - 1, to: total, by: count) }
}
