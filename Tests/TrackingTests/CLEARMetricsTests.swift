import Geometry
import Testing
import Tracking

@Suite struct CLEARMetricsTests {
    private func at(_ identity: Int, _ azimuth: Float) -> LabelledDirection {
        LabelledDirection(identity: identity, direction: Direction(azimuth: azimuth, elevation: 0))
    }

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

    @Test func perfectSwappingAndSilent() {
        var (perfect, swapping, silent) = (CLEARMetrics(), CLEARMetrics(), CLEARMetrics())
        for k in 0..<20 {
            // The first of two sources ends half way.
            let references = k < 10 ? [at(0, 0), at(1, 90)] : [at(1, 90)]
            perfect.add(references: references, predictions: references)
            swapping.add(references: references, predictions: references.map { at(($0.identity + k) % 2, $0.direction.azimuth) })
            silent.add(references: references, predictions: [])
        }
        #expect(perfect.mota == 100 && perfect.switches == 0 && perfect.motp < 1e-4)
        #expect(swapping.switches == 28)
        #expect(silent.mota == 0 && silent.misses == 30)
    }

    @Test func nothingCrossesARecordingAndTheGateHolds() {
        var metrics = CLEARMetrics()
        metrics.add(references: [at(0, 0)], predictions: [at(5, 0)])
        metrics.beginRecording()
        metrics.add(references: [at(0, 0)], predictions: [at(6, 19)])
        #expect(metrics.switches == 0 && metrics.matches == 2)
        metrics.add(references: [at(0, 0)], predictions: [at(6, 21)])
        #expect(metrics.misses == 1 && metrics.falsePositives == 1)
    }
}
