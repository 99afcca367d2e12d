import Geometry
import TestSupport
import Testing
import Tracking

/// Against py-motmetrics and TrackEval: tools/oracles/metrics.py.
@Suite struct MOTOracleTests {
    private static let scenes = 16
    private static let blocks = 150

    /// Blocks of each scene.
    private func tracks(_ file: OracleFixture, _ name: String) -> [[[LabelledDirection]]] {
        let rows = file.integers("\(name)_rows")
        let vectors = file.floats("\(name)_vectors")
        var scenes = [[[LabelledDirection]]](
            repeating: [[LabelledDirection]](repeating: [], count: Self.blocks), count: Self.scenes)
        for i in stride(from: 0, to: rows.count, by: 3) {
            scenes[rows[i]][rows[i + 1]].append(
                LabelledDirection(identity: rows[i + 2], direction: Direction(unit: vectors[i], vectors[i + 1], vectors[i + 2])))
        }
        return scenes
    }

    @Test func everySceneAndTheirPoolScoreAsElsewhere() throws {
        let file = try oracleFixture("Tracking/metrics.safetensors")
        let references = tracks(file, "reference")
        let predictions = tracks(file, "prediction")
        let expected = file.doubles("scores")
        #expect(file.shape("scores") == [Self.scenes + 1, 8])
        let hota = file.doubles("hota")
        var accumulator = MetricsAccumulator()
        for scene in 0..<Self.scenes {
            accumulator.add(name: "\(scene)", references: references[scene], predictions: predictions[scene])
        }
        let report = accumulator.report()
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
        #expect(report.pooled.clear.switches > 50 && report.pooled.clear.fragmentations > 50)
    }
}
