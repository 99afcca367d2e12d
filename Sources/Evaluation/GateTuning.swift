public import Dataset
public import Formats
import Platform
public import Tracking

/// Tunes the gate of a model: maximises the sum of MOTA and IDF1 on validation recordings.
///
/// MOTA alone is best for a gate that closes at every pause, which gives sources a new id after each. The network runs once
/// over each recording. Then one threshold after another is tried at a few values, with the others fixed, until a whole round
/// improves nothing.
public struct GateTuning: Sendable {
    private let references: [(name: String, blocks: [[LabelledDirection]])]
    private let outputs: [NetworkOutputs]
    private let threads: Int

    public init(model: ModelFile, recordings: [ReferenceRecording], threads: Int) {
        let array = model.tables(of: nil)
        let outputs = concurrentMap(recordings, threads: threads) {
            NetworkOutputs(
                of: $0.features, parameters: model.parameters, scaler: model.scaler, array: $0.tables(model.features) ?? array)
        }
        self.init(outputs: outputs, references: recordings.map { ($0.name, $0.references.blocks) }, threads: threads)
    }

    init(outputs: [NetworkOutputs], references: [(name: String, blocks: [[LabelledDirection]])], threads: Int) {
        self.outputs = outputs
        self.references = references
        self.threads = threads
    }

    /// Both metric sets for a gate.
    public func score(_ gate: GateSettings) -> MetricsReport { score(gate, of: refined(gate.refinement)) }

    private func refined(_ weight: Float) -> [NetworkOutputs] {
        concurrentMap(outputs, threads: threads) { $0.refined(weight) }
    }

    private func score(_ gate: GateSettings, of refined: [NetworkOutputs]) -> MetricsReport {
        let tracks = concurrentMap(refined, threads: threads) { $0.tracks(through: gate) }
        var accumulator = MetricsAccumulator()
        for (reference, predictions) in zip(references, tracks) {
            accumulator.add(name: reference.name, references: reference.blocks, predictions: predictions)
        }
        return accumulator.report()
    }

    /// - Parameters:
    ///   - start: start of the search; kept unless another gate is better.
    ///   - progress: called after each trial with the best scores so far.
    public func best(from start: GateSettings, progress: (MetricsReport) -> Void) -> (gate: GateSettings, scores: MetricsReport) {
        // Refinement takes longer than the rest of the gate.
        var known: [Float: [NetworkOutputs]] = [:]
        func score(_ gate: GateSettings) -> MetricsReport {
            let outputs = known[gate.refinement] ?? refined(gate.refinement)
            known[gate.refinement] = outputs
            return self.score(gate, of: outputs)
        }
        var best = (gate: start, scores: score(start))
        func merit(_ report: MetricsReport) -> Double {
            (report.pooled.clear.mota ?? -.infinity) + (report.pooled.clear.idf1 ?? 0)
        }
        var improved = true
        while improved {
            improved = false
            for vary in Self.variations {
                for gate in vary(best.gate) where gate != best.gate && (try? gate.validate()) != nil {
                    let scores = score(gate)
                    // An improvement below a hundredth of a point does not change a threshold.
                    if merit(scores) > merit(best.scores) + 0.01 {
                        best = (gate, scores)
                        improved = true
                    }
                    progress(best.scores)
                }
            }
        }
        return best
    }

    /// For each threshold, a gate with each of its values.
    private static let variations: [@Sendable (GateSettings) -> [GateSettings]] = [
        { gate in [0, 0.03, 0.06, 0.09, 0.12, 0.2, 0.3, 0.5, 0.7, 1].map { changed(gate, \.refinement, $0) } },
        { gate in (4...19).map { changed(gate, \.openThreshold, Float($0) * 0.05) } },
        { gate in (2...19).map { changed(gate, \.stayThreshold, Float($0) * 0.05) } },
        { gate in (1...5).map { changed(gate, \.openBlocks, $0) } },
        { gate in (0...8).map { changed(gate, \.coastBlocks, $0) } },
        { gate in [0, 2, 4, 6, 8, 12].map { changed(gate, \.recallBlocks, $0) } },
        // Above the motion of a source and the error of a network a jump is another source; labels too begin another event at
        // 30 degrees.
        { gate in [20, 25, 30].map { changed(gate, \.jumpDegrees, $0) } },
        { gate in [0, 3, 5, 8, 10, 12, 15].map { changed(gate, \.duplicateDegrees, $0) } },
        { gate in [0, 0.2, 0.35, 0.5, 0.65].map { changed(gate, \.smoothing, $0) } },
    ]

    private static func changed<Value>(
        _ gate: GateSettings, _ path: WritableKeyPath<GateSettings, Value>, _ value: Value
    ) -> GateSettings {
        var gate = gate
        gate[keyPath: path] = value
        return gate
    }
}
