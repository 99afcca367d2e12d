import Geometry
import TestSupport
import Testing
import Tracking

/// Against py-motmetrics and TrackEval: tools/oracles/metrics.py.
@Suite struct MOTOracleTests {
    @Test func scoresAgreeWithReferenceImplementations() throws {
        let file = try oracleFixture("Tracking/metrics.safetensors")
        let report = RandomScenes(file).report()
        let expected = file.doubles("scores")
        let hota = file.doubles("hota")
        #expect(file.shape("scores") == [RandomScenes.count + 1, 8])
        for (row, scores) in (report.recordings.map(\.scores) + [report.pooled]).enumerated() {
            let clear = scores.clear
            let found = [
                (clear.mota ?? .nan) / 100, clear.motp ?? .nan, Double(clear.misses), Double(clear.falsePositives),
                Double(clear.switches), Double(clear.fragmentations), (clear.idf1 ?? .nan) / 100,
                Double(clear.identityMatches),
            ]
            for (i, value) in found.enumerated() {
                #expect(abs(value - expected[row * 8 + i]) < 1e-6, "scene \(row), score \(i)")
            }
            let own = [scores.hota.hota, scores.hota.detectionAccuracy, scores.hota.associationAccuracy]
            for (i, value) in own.enumerated() {
                #expect(abs((value ?? .nan) / 100 - hota[row * 3 + i]) < 1e-6, "scene \(row), HOTA's score \(i)")
            }
        }
    }

    /// The value of the comparison above: each kind of event occurs in its scenes, and often.
    @Test func theScenesContainEveryKindOfEvent() throws {
        let scenes = RandomScenes(try oracleFixture("Tracking/metrics.safetensors"))
        var (births, deaths, gaps, gated, contested, exchanges) = (0, 0, 0, 0, 0, 0)
        for (references, predictions) in zip(scenes.references, scenes.predictions) {
            var blocksOf: [Int: [Int]] = [:]
            for (block, labels) in references.enumerated() {
                for label in labels { blocksOf[label.identity, default: []].append(block) }
            }
            for blocks in blocksOf.values {
                births += blocks[0] > 0 ? 1 : 0
                deaths += blocks[blocks.count - 1] < RandomScenes.blocks - 1 ? 1 : 0
                gaps += zip(blocks, blocks.dropFirst()).count { $0 + 1 < $1 }
            }
            var nearest: [Int: Int] = [:]
            for (real, found) in zip(references, predictions) {
                let before = nearest
                for reference in real {
                    let angles = found.map { $0.direction.angle(to: reference.direction) }
                    let within = angles.count { $0 <= 20 }
                    gated += within == 0 && !found.isEmpty && real.count <= found.count ? 1 : 0
                    contested += within > 1 ? 1 : 0
                    if let least = angles.indices.min(by: { angles[$0] < angles[$1] }), within > 0 {
                        nearest[reference.identity] = found[least].identity
                    }
                }
                // Two references that find the other's prediction of the block before nearest.
                let changed = real.map(\.identity).filter { before[$0] != nil && before[$0] != nearest[$0] }
                exchanges += changed.contains { one in changed.contains { $0 != one && nearest[$0] == before[one] } } ? 1 : 0
            }
        }
        #expect(births > 50 && deaths > 50 && gaps > 50, "\(births) births, \(deaths) deaths, \(gaps) gaps")
        #expect(gated > 50 && contested > 500, "\(gated) beyond the gate, \(contested) with several candidates")
        #expect(exchanges > 50, "\(exchanges) exchanges")
        let pooled = scenes.report().pooled.clear
        #expect(pooled.switches > 50 && pooled.fragmentations > 50)
    }
}
