import Audio
import Geometry
import Kernels
import Networks
import Tensor
import TestSupport
import Testing
import Tracking

@testable import Features
@testable import Pipeline

/// Pipelines of arrays of another number of capsules than four.
@Suite struct CapsulePipelineTests {
    private static func array(_ count: Int) -> ArrayGeometry {
        ArrayGeometry(
            name: "\(count)", mount: .open,
            capsules: (0..<count).map { .init(direction: Direction(azimuth: 45 * Float($0), elevation: 20 * Float($0 % 3)), radius: 0.04) })
    }

    private static let tables = Dictionary(uniqueKeysWithValues: [3, 6, 8].map { ($0, ArrayTables(for: .micHarmonics, of: array($0))) })

    private let parameters = DOAnetParameters<Float>(
        DOAnetArchitecture(
            form: .live, channels: FeatureKind.micHarmonics.inputChannels, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: 2,
            lookAhead: 1), seed: 3)

    private var scaler: FeatureScaler {
        let count = FrameTiming.melBands * FeatureKind.micHarmonics.inputChannels
        return FeatureScaler(
            kind: .micHarmonics, mean: Array(repeating: 0, count: count), deviation: Array(repeating: 1, count: count))
    }

    private var gate: GateSettings {
        GateSettings(openThreshold: 0, openBlocks: 1, stayThreshold: 0, jumpDegrees: 180, duplicateDegrees: 0, refinement: 0.1)
    }

    private func noise(_ count: Int, frames: Int) -> [Float] {
        var random = SeededRandom(seed: 6)
        return (0..<frames * count).map { _ in 0.1 * random.normal() }
    }

    @Test(arguments: [3, 6, 8]) func aStreamEqualsTheFileForEveryChunking(_ count: Int) throws {
        let tables = try #require(Self.tables[count])
        #expect(tables.channels == count)
        let sound = noise(count, frames: 9700)
        func tracks(_ chunk: Int) -> [[Track]] {
            let pipeline = LocalizationPipeline(parameters: parameters, scaler: scaler, gate: gate, array: tables)
            #expect(pipeline.channels == count)
            var blocks: [[Track]] = []
            for start in stride(from: 0, to: sound.count, by: chunk * count) {
                pipeline.push(sound.span.extracting(start..<min(start + chunk * count, sound.count))) { blocks.append($0.array) }
            }
            pipeline.finish { blocks.append($0.array) }
            return blocks
        }
        let whole = tracks(9700)
        #expect(whole.count == 4 && whole.allSatisfy { !$0.isEmpty })
        for chunk in [481, 2400] {
            let same = tracks(chunk) == whole
            #expect(same, "chunks of \(chunk)")
        }
    }

    @Test func silenceHasNoTrack() throws {
        let pipeline = LocalizationPipeline(
            parameters: parameters, scaler: scaler,
            gate: GateSettings(openThreshold: 0.1, openBlocks: 1, stayThreshold: 0.1, refinement: 0.1),
            array: try #require(Self.tables[8]))
        var found = 0
        pipeline.push([Float](repeating: 0, count: 8 * 7200).span) { found += $0.count }
        // A value that is not finite in one channel.
        var broken = noise(8, frames: 2400)
        broken[8 * 100 + 7] = .nan
        pipeline.push(broken.span) { found += $0.count }
        #expect(found == 0 && pipeline.networkResets == 1)
    }

    @Test func capsulesAreEncodedFromAnyNumber() {
        let cube = ArrayGeometry(
            name: "cube", mount: .rigidSphere,
            capsules: [(45, 35), (45, -35), (-45, -35), (-45, 35), (-135, 35), (-135, -35), (135, -35), (135, 35)].map {
                .init(direction: Direction(azimuth: $0, elevation: $1), radius: 0.042)
            })
        let (eight, four) = (AFormatEncoder.filters(for: cube), AFormatEncoder.filters(for: .tetrahedral))
        #expect(eight.inputs == 8 && four.inputs == 4)
        // Eight capsules separate the second order from the first, so more frequencies are exact.
        #expect(eight.limit > 1.1 * four.limit, "\(eight.limit), \(four.limit)")
        let stream = FeatureStream(.foaCovariance, encoding: eight)
        #expect(stream.channels == 8)
        var frames = 0
        stream.push(noise(8, frames: 4800).span) { frame in
            frames += 1
            #expect(frame.shape[1] == 16)
        }
        stream.finish(lookAhead: 0) { _ in frames += 1 }
        #expect(frames == 10)
    }
}
