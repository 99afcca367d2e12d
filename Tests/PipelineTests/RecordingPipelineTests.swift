import Audio
import Features
import Geometry
import Kernels
import Networks
import TestSupport
import Testing
import Tracking

@testable import Pipeline

@Suite struct RecordingPipelineTests {
    private static let kind = FeatureKind.foaCovariance

    private func parts(_ form: DOAnetArchitecture.Form, threshold: Float = 0) -> (DOAnetParameters<Float>, FeatureScaler, GateSettings) {
        let architecture = DOAnetArchitecture(
            form: form, channels: Self.kind.channels, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: 2, lookAhead: 0)
        let count = FrameTiming.melBands * Self.kind.channels
        let scaler = FeatureScaler(
            kind: Self.kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
        var gate = GateSettings()
        (gate.openThreshold, gate.stayThreshold, gate.openBlocks, gate.duplicateDegrees) = (threshold, threshold, 1, 0)
        gate.refinement = 0.1
        return (DOAnetParameters(architecture, seed: 3), scaler, gate)
    }

    /// Noise whose level and panning change from second to second, with a silent one in between.
    private func audio(seconds: Int) -> [Float] {
        var random = SeededRandom(seed: 5)
        var samples: [Float] = []
        for second in 0..<seconds {
            let direction = Direction(azimuth: .random(in: -180...180, using: &random), elevation: 10)
            let gain: Float = second == 1 ? 0 : .random(in: 0.01...0.3, using: &random)
            for _ in 0..<24_000 {
                let value = gain * .random(in: -1...1, using: &random)
                samples += [value, value * direction.y, value * direction.z, value * direction.x]
            }
        }
        return samples
    }

    private struct Told: Equatable {
        var block: Int
        var ids: [Int]
        var directions: [Direction]

        init(_ tracks: borrowing BlockTracks) {
            block = tracks.block
            ids = tracks.array.map(\.id)
            directions = tracks.array.map(\.direction)
        }

        func isNear(_ other: Told) -> Bool {
            block == other.block && ids == other.ids
                && zip(directions, other.directions).allSatisfy { $0.angle(to: $1) < 0.1 }
        }
    }

    /// A live network gives the same results for the recording as a whole.
    @Test(arguments: [false, true]) func aWholeRecordingEqualsItsSteps(isEncoded: Bool) {
        let (parameters, scaler, gate) = parts(.live, threshold: 0.3)
        let encoding = isEncoded ? AFormatEncoder.filters(for: .tetrahedral) : nil
        let viewpoint = Viewpoint(mounting: Rotation(yaw: 30, pitch: 10, roll: 0), ignored: [])
        let stepped = LocalizationPipeline(
            parameters: parameters, scaler: scaler, gate: gate, encoding: encoding, viewpoint: viewpoint)
        let whole = RecordingPipeline(
            parameters: parameters, scaler: scaler, gate: gate, encoding: encoding, viewpoint: viewpoint)
        let samples = audio(seconds: 4).dropLast(4 * 1000)
        var expected: [Told] = []
        stepped.push(Array(samples).span) { expected.append(Told($0)) }
        stepped.finish { expected.append(Told($0)) }
        var told: [Told] = []
        var start = 0
        for frames in [7, 2400, 30_000, 96_000] {
            let piece = Array(samples[start..<min(samples.count, start + 4 * frames)])
            whole.push(piece.span) { told.append(Told($0)) }
            start += piece.count
        }
        whole.finish { told.append(Told($0)) }
        #expect(told.count == 39 && told.count == expected.count)
        #expect(told.contains { !$0.ids.isEmpty } && told.contains { $0.ids.isEmpty })
        for (one, other) in zip(told, expected) { #expect(one.isNear(other), "\(one) for \(other)") }
    }

    /// A network with a short memory gives the same results in windows as in one pass: each window is in its place.
    @Test func longRecordingsAreProcessedInWindowsThatJoin() {
        let (parameters, scaler, gate) = parts(.live)
        let samples = audio(seconds: 135)
        let stepped = LocalizationPipeline(parameters: parameters, scaler: scaler, gate: gate)
        let whole = RecordingPipeline(parameters: parameters, scaler: scaler, gate: gate)
        var (expected, told) = ([Told](), [Told]())
        stepped.push(samples.span) { expected.append(Told($0)) }
        whole.push(samples.span) { told.append(Told($0)) }
        #expect(told.count == 1250, "windows are processed when they are complete")
        whole.finish { told.append(Told($0)) }
        #expect(told.map(\.block) == Array(0..<1350))
        let different = zip(told, expected).filter { !$0.isNear($1) }.map(\.0.block)
        #expect(different.isEmpty, "blocks \(different)")
    }

    /// For a bidirectional network, the first window is the same up to its future context.
    @Test func aWindowDoesNotUseAudioBeyondItsEnd() {
        let (parameters, scaler, gate) = parts(.paper)
        let samples = audio(seconds: 95)
        func heard(_ seconds: Int) -> [Told] {
            let pipeline = RecordingPipeline(parameters: parameters, scaler: scaler, gate: gate)
            var told: [Told] = []
            pipeline.push(samples.span.extracting(0..<seconds * 96_000)) { told.append(Told($0)) }
            pipeline.finish { told.append(Told($0)) }
            return told
        }
        let (long, short) = (heard(95), heard(70))
        #expect(long.map(\.block) == Array(0..<950) && short.map(\.block) == Array(0..<700))
        #expect(Array(long.prefix(650)) == Array(short.prefix(650)))
        #expect(long.suffix(300).contains { !$0.ids.isEmpty })
    }

    @Test func anEmptyRecordingHasNoTracksAndTheNextContinuesTheIDs() {
        let (parameters, scaler, gate) = parts(.paper)
        let pipeline = RecordingPipeline(parameters: parameters, scaler: scaler, gate: gate)
        var told: [Told] = []
        pipeline.finish { told.append(Told($0)) }
        #expect(told.isEmpty)
        let samples = audio(seconds: 3)
        var ids: [Set<Int>] = []
        for _ in 0..<2 {
            told = []
            pipeline.push(samples.span) { told.append(Told($0)) }
            pipeline.finish { told.append(Told($0)) }
            #expect(told.map(\.block) == Array(0..<30))
            ids.append(Set(told.flatMap(\.ids)))
        }
        #expect(!ids[0].isEmpty && ids[0].isDisjoint(with: ids[1]))
    }
}
