import Geometry
import TestSupport
import Tracking

/// Random tracks of tools/oracles/metrics.py, whose scores py-motmetrics, TrackEval and SciPy have worked out.
struct RandomScenes {
    static let count = 24
    static let blocks = 150

    /// Of each scene, the active sources of each block.
    let references: [[[LabelledDirection]]]
    let predictions: [[[LabelledDirection]]]

    init(_ file: OracleFixture) {
        references = Self.tracks(file, "reference")
        predictions = Self.tracks(file, "prediction")
    }

    private static func tracks(_ file: OracleFixture, _ name: String) -> [[[LabelledDirection]]] {
        let rows = file.integers("\(name)_rows")
        let vectors = file.floats("\(name)_vectors")
        var scenes = [[[LabelledDirection]]](
            repeating: [[LabelledDirection]](repeating: [], count: blocks), count: count)
        for i in stride(from: 0, to: rows.count, by: 3) {
            scenes[rows[i]][rows[i + 1]].append(
                LabelledDirection(identity: rows[i + 2], direction: Direction(unit: vectors[i], vectors[i + 1], vectors[i + 2])))
        }
        return scenes
    }

    /// Scores of the first scenes.
    /// - Parameter divisor: leaves out predictions whose block and identity add up to a multiple of it; 0 leaves all.
    func report(scenes: Int = count, withoutMultiplesOf divisor: Int = 0) -> MetricsReport {
        var accumulator = MetricsAccumulator()
        for scene in 0..<scenes {
            let kept = predictions[scene].enumerated().map { block, labels in
                labels.filter { divisor == 0 || (block + $0.identity) % divisor != 0 }
            }
            accumulator.add(name: "\(scene)", references: references[scene], predictions: kept)
        }
        return accumulator.report()
    }
}
