import Audio
import Dataset
import DatasetSupport
import Evaluation
import Features
import Geometry
import Kernels
import Networks
import Pipeline
import Signal
import Testing
import Tracking

@Suite struct NetworkOutputsTests {
    private func architecture(_ form: DOAnetArchitecture.Form, lookAhead: Int) -> DOAnetArchitecture {
        DOAnetArchitecture(
            form: form, channels: FeatureKind.foaCovariance.channels, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: 2,
            lookAhead: lookAhead)
    }

    private let scaler: FeatureScaler = {
        let count = FrameTiming.melBands * FeatureKind.foaCovariance.channels
        return FeatureScaler(
            kind: .foaCovariance, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
    }()

    private func gate(refinement: Float) -> GateSettings {
        GateSettings(
            openThreshold: 0.1, openBlocks: 1, stayThreshold: 0.1, jumpDegrees: 180, duplicateDegrees: 0, refinement: refinement)
    }

    private let dataset: SmallDataset
    private let recording: Recording
    private let features: FeatureCache

    init() throws {
        dataset = try SmallDataset(folds: [2])
        recording = try #require(try dataset.layout.development(folds: [2]).recordings.first)
        features = try FeatureCache.open(recording: recording, kind: .foaCovariance, folder: dataset.root)
    }

    /// Gate tuning and the live pipeline use the same tracks.
    @Test(arguments: [0, 2, 3]) func refinedTracksAreThoseOfThePipeline(lookAhead: Int) throws {
        let parameters = DOAnetParameters<Float>(architecture(.live, lookAhead: lookAhead), seed: 3)
        let outputs = NetworkOutputs(of: features, parameters: parameters, scaler: scaler)
        let gate = gate(refinement: 0.2)
        let stepped = Evaluation.tracks(of: features, parameters: parameters, scaler: scaler, selection: .gated(gate))
        let whole = outputs.tracks(.gated(gate))
        let plain = outputs.tracks(.gated(self.gate(refinement: 0)))
        var (farthest, moved): (Float, Float) = (0, 0)
        // The first second is digital silence, for which a pipeline reports nothing.
        for block in 12..<60 - lookAhead {
            #expect(stepped[block].count == 2 && whole[block].count == 2)
            for (one, other) in zip(stepped[block], whole[block]) { farthest = max(farthest, one.direction.angle(to: other.direction)) }
            for (one, other) in zip(plain[block], whole[block]) { moved = max(moved, one.direction.angle(to: other.direction)) }
        }
        #expect(farthest < 0.1)
        #expect(moved > 3)
    }

    /// The paper's form uses a whole recording, so the bands before and after a block count.
    @Test func thePapersFormIsRefinedWithFutureBlocks() throws {
        let parameters = DOAnetParameters<Float>(architecture(.paper, lookAhead: 0), seed: 3)
        let outputs = NetworkOutputs(of: features, parameters: parameters, scaler: scaler)
        let whole = outputs.tracks(.gated(gate(refinement: 0.2)))
        var told: [[Direction]] = []
        let pipeline = RecordingPipeline(parameters: parameters, scaler: scaler, gate: gate(refinement: 0.2))
        let reader = try AudioFileReader(path: recording.audio, channels: FrameLayout.channels)
        let samples = try reader.readAll()
        pipeline.push(samples.span) { tracks in told.append(tracks.array.map(\.direction)) }
        pipeline.finish { tracks in told.append(tracks.array.map(\.direction)) }
        for block in 12..<60 {
            #expect(told[block].count == 2)
            for (one, other) in zip(told[block], whole[block]) { #expect(one.angle(to: other.direction) < 0.1) }
        }
    }
}
