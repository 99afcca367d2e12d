import Dispatch
import Formats
public import Features
import Geometry
public import Kernels
public import Networks
import Pipeline
import Synchronization
import Tensor
public import Tracking

/// Runs a network over whole recordings and scores its gated tracks.
public enum Evaluation {
    /// Both metric sets over recordings, each with its own ids.
    /// - Parameter tracks: of each recording, block by block, as `tracks` gives them.
    public static func score(_ recordings: [ReferenceRecording], tracks: [[[LabelledDirection]]]) -> MetricsReport {
        var accumulator = MetricsAccumulator()
        for (recording, predictions) in zip(recordings, tracks) {
            accumulator.add(name: recording.name, references: recording.references.blocks, predictions: predictions)
        }
        return accumulator.report()
    }

    /// The gated tracks of several recordings, computed side by side.
    public static func tracks(
        of recordings: [ReferenceRecording], parameters: DOAnetParameters<Float>, scaler: FeatureScaler,
        gate: GateSettings, threads: Int
    ) -> [[[LabelledDirection]]] {
        let tracks = Mutex<[[[LabelledDirection]]]>(Array(repeating: [], count: recordings.count))
        DispatchQueue.concurrentPerform(iterations: threads) { worker in
            for index in stride(from: worker, to: recordings.count, by: threads) {
                let result = Self.tracks(
                    of: recordings[index].features, parameters: parameters, scaler: scaler, gate: gate)
                tracks.withLock { $0[index] = result }
            }
        }
        return tracks.withLock { $0 }
    }

    /// The gated tracks of each block of a recording, look-ahead taken off.
    /// - Parameter features: unscaled, from the cache.
    public static func tracks(
        of features: FeatureCache, parameters: DOAnetParameters<Float>, scaler: FeatureScaler, gate: GateSettings
    ) -> [[LabelledDirection]] {
        var blocks = [[LabelledDirection]](repeating: [], count: features.blocks)
        let collect = { (tracks: borrowing BlockTracks) in
            for i in 0..<tracks.count {
                let label = LabelledDirection(identity: tracks[i].id, direction: tracks[i].direction)
                blocks[tracks.block].append(label)
            }
        }
        switch parameters.architecture.form {
        case .live:
            let pipeline = LocalizationPipeline(parameters: parameters, scaler: scaler, gate: gate)
            for frame in 0..<features.blocks * FrameTiming.framesPerBlock {
                pipeline.push(frame: features.frames.rows(frame..<frame + 1), collect)
            }
        case .paper:
            gateWhole(of: features, parameters: parameters, scaler: scaler, gate: gate, collect)
        }
        return blocks
    }

    /// The bidirectional form sees the recording at once; its output goes through the same gate.
    private static func gateWhole(
        of features: FeatureCache, parameters: DOAnetParameters<Float>, scaler: FeatureScaler, gate: GateSettings,
        _ emit: (borrowing BlockTracks) -> Void
    ) {
        guard features.blocks > 0 else { return }
        let architecture = parameters.architecture
        let slots = architecture.maximumTracks
        let frames = features.blocks * FrameTiming.framesPerBlock
        let shape = Shape(1, frames, architecture.bands, architecture.channels)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        let input = arena.take(shape)
        input.copy(from: features.frames.rows(0..<frames))
        scaler.apply(input)
        let network = DOAnetBatch<Float>(
            architecture, sequences: 1, blocks: features.blocks, team: WorkerTeam(count: 1))
        network.forward(input.readOnly, parameters, training: false)

        let directions = network.directions.array
        let probabilities = network.activityLogits.array.map { 1 / (1 + Float(exponential(-Double($0)))) }
        var trackGate = TrackGate(gate, maximumTracks: slots)
        for output in architecture.lookAhead..<max(features.blocks, architecture.lookAhead) {
            trackGate.step(
                directions: directions.span.extracting(output * slots * 3..<(output + 1) * slots * 3),
                probabilities: probabilities.span.extracting(output * slots..<(output + 1) * slots))
            var tracks = BlockTracks(block: output - architecture.lookAhead)
            for slot in 0..<slots {
                if let track = trackGate.track(slot) { tracks.append(track) }
            }
            emit(tracks)
        }
    }
}
