import Testing
import Tracking

@Suite struct AssignmentTests {
    @Test func assignmentIsExact() {
        for n in 1...4 {
            for m in 1...4 {
                let costs = (0..<n * m).map { _ in Double.random(in: 0...1) }
                func best(_ row: Int, _ used: Set<Int>, _ left: Int) -> Double {
                    if left == 0 { return 0 }
                    if row == n { return .infinity }
                    var least = best(row + 1, used, left)
                    for j in 0..<m where !used.contains(j) {
                        least = min(least, costs[row * m + j] + best(row + 1, used.union([j]), left - 1))
                    }
                    return least
                }
                let found = Assignment.solve(costs, rows: n, columns: m)
                #expect(Set(found.compactMap { $0 }).count == min(n, m))
                var total = 0.0
                for (i, column) in found.enumerated() {
                    if let column { total += costs[i * m + column] }
                }
                #expect(abs(total - best(0, [], min(n, m))) < 1e-12)
            }
        }
    }
}
