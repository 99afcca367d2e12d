import Audio
public import Dataset
public import Features
import Formats
import Geometry
public import Kernels
public import Networks
public import Pipeline
import Platform
import Signal
import Tensor
public import Tracking

/// Runs a network over whole recordings and scores its tracks.
public enum Evaluation {
    /// Both metric sets over recordings, each with its own ids.
    /// - Parameter tracks: of each recording, block by block, as returned by `tracks`.
    public static func score(
        _ recordings: [ReferenceRecording], tracks: [[[LabelledDirection]]], by angle: ScoredAngle = .direction
    ) -> MetricsReport {
        var accumulator = MetricsAccumulator(by: angle)
        for (recording, predictions) in zip(recordings, tracks) {
            accumulator.add(name: recording.name, references: recording.references.blocks, predictions: predictions)
        }
        return accumulator.report()
    }

    /// The tracks of several recordings, computed in parallel.
    /// - Parameter array: of all recordings; array-independent features take that of each recording.
    public static func tracks(
        of recordings: [ReferenceRecording], parameters: DOAnetParameters<Float>, scaler: FeatureScaler,
        array: ArrayTables = .none, selection: TrackSelection, threads: Int
    ) -> [[[LabelledDirection]]] {
        concurrentMap(recordings, threads: threads) {
            tracks(
                of: $0.features, parameters: parameters, scaler: scaler, array: $0.tables(scaler.kind) ?? array, selection: selection)
        }
    }

    /// The tracks of each block of a recording, without the delay of the look-ahead.
    /// - Parameters:
    ///   - features: unscaled, from the cache.
    ///   - array: values computed from the array's geometry; without steering vectors, directions of capsules are not refined.
    public static func tracks(
        of features: FeatureCache, parameters: DOAnetParameters<Float>, scaler: FeatureScaler,
        array: ArrayTables = .none, selection: TrackSelection
    ) -> [[LabelledDirection]] {
        // A live network is stepped, so that the scores are those of the live pipeline.
        guard case .gated(let gate) = selection, parameters.architecture.form == .live else {
            return NetworkOutputs(
                of: features, parameters: parameters, scaler: scaler, array: array
            ).tracks(selection)
        }
        var blocks = [[LabelledDirection]](repeating: [], count: features.blocks)
        let pipeline = LocalizationPipeline(parameters: parameters, scaler: scaler, gate: gate, array: array)
        for frame in 0..<features.blocks * FrameLayout.framesPerBlock {
            pipeline.push(frame: features.frames.rows(frame..<frame + 1)) { tracks in
                for i in 0..<tracks.count {
                    let label = LabelledDirection(identity: tracks[i].id, direction: tracks[i].direction)
                    blocks[tracks.block].append(label)
                }
            }
        }
        return blocks
    }
}

extension ReferenceRecording {
    /// What array-independent features and refinement need of its own array; nil for other features.
    func tables(_ kind: FeatureKind) -> ArrayTables? {
        kind.isArrayIndependent ? ArrayTables(for: kind, of: array ?? .tetrahedral) : nil
    }
}
