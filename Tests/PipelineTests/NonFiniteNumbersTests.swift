import Audio
import Features
import Formats
import Geometry
import Kernels
import Networks
import Tensor
import TestSupport
import Testing
import Tracking

@testable import Pipeline

/// Non-finite numbers that pass the input checks: affected state is reset, and later sound is analysed.
@Suite struct NonFiniteNumbersTests {
    private static let gate: GateSettings = {
        var gate = GateSettings()
        (gate.openThreshold, gate.stayThreshold, gate.openBlocks) = (0.3, 0.2, 1)
        (gate.jumpDegrees, gate.duplicateDegrees, gate.refinement) = (180, 0, 0.1)
        return gate
    }()

    private func parts(_ kind: FeatureKind, lookAhead: Int = 0, width: Int = 8) -> (DOAnetParameters<Float>, FeatureScaler) {
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.inputChannels, filters: width, gruWidth: width, headWidth: width, maximumTracks: 2,
            lookAhead: lookAhead)
        let count = FrameTiming.melBands * kind.inputChannels
        return (
            DOAnetParameters(architecture, seed: 3),
            FeatureScaler(kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
        )
    }

    private func pipeline(
        _ kind: FeatureKind = .foaCovariance, lookAhead: Int = 2, encoding: EncodingFilters? = nil, width: Int = 8
    ) -> LocalizationPipeline {
        let (parameters, scaler) = parts(kind, lookAhead: lookAhead, width: width)
        return LocalizationPipeline(
            parameters: parameters, scaler: scaler, gate: Self.gate, array: ArrayTables(for: kind, of: .tetrahedral), encoding: encoding)
    }

    /// Noise from directions that change: [seconds * 24000 * 4].
    private func audio(seconds: Double, seed: UInt64 = 1) -> [Float] {
        var random = SeededRandom(seed: seed)
        var (samples, direction): ([Float], Direction) = ([], .front)
        for frame in 0..<Int(seconds * 24_000) {
            if frame % 12_000 == 0 { direction = Direction(azimuth: .random(in: -180...180, using: &random), elevation: 20) }
            let value = 0.1 * random.normal()
            samples += [value, value * direction.y, value * direction.z, value * direction.x]
        }
        return samples
    }

    private func tracks(_ pipeline: LocalizationPipeline, _ samples: [Float], pieces: Int = 2400) -> [[Track]] {
        var told: [[Track]] = []
        for start in stride(from: 0, to: samples.count, by: 4 * pieces) {
            pipeline.push(samples.span.extracting(start..<min(samples.count, start + 4 * pieces))) { told.append($0.array) }
        }
        return told
    }

    private static let poisons: [(String, Float)] = [
        ("not a number", .nan), ("infinity", .infinity), ("minus infinity", -.infinity), ("the largest number", .greatestFiniteMagnitude),
        ("1e30", 1e30), ("2e19", 2e19), ("1e18", 1e18), ("denormal", 0x1p-140),
    ]

    /// One sample, half a second, and one channel of it: two seconds later the directions are those of a network
    /// as if it had received silence.
    @Test(
        arguments: poisons.map { ($0, FeatureKind.foaCovariance) }
            + [.foaIntensity, .micCoherence, .micPhase, .micGCCPHAT, .micHarmonics].map { (poisons[0], $0) })
    func nonFiniteValuesAreCleared(_ poison: (name: String, value: Float), _ kind: FeatureKind) {
        let before = audio(seconds: 0.5)
        let after = audio(seconds: 2.5, seed: 2)
        let silence = [Float](repeating: 0, count: 48_000)
        var (one, all, channel) = (silence, silence, silence)
        one[20_001] = poison.value
        for index in all.indices { all[index] = poison.value }
        for index in stride(from: 2, to: channel.count, by: 4) { channel[index] = poison.value }
        let expected = tracks(pipeline(kind), before + silence + after)
        for (place, burst) in [("one sample", one), ("half a second", all), ("a channel", channel)] {
            let poisoned = pipeline(kind)
            let told = tracks(poisoned, before + burst + after)
            #expect(told.count == 33)
            #expect(told.joined().allSatisfy { $0.activity.isFinite && ($0.direction.x + $0.direction.y + $0.direction.z).isFinite })
            for (block, (a, b)) in zip(told, expected).enumerated() where block >= 28 {
                #expect(a.count == b.count && a.count > 0, "\(poison.name) in \(place), block \(block)")
                for (x, y) in zip(a, b) { #expect(x.direction.angle(to: y.direction) < 1, "\(poison.name) in \(place), block \(block)") }
            }
        }
    }

    /// Non-finite blocks are counted, and no others.
    @Test func resetsAreCounted() {
        let samples = audio(seconds: 1)
        var broken = samples
        broken[4 * 6000] = .nan
        let pipeline = pipeline()
        _ = tracks(pipeline, samples + samples.map { $0 * 1e4 } + samples.map { $0 * 1e-30 })
        #expect(pipeline.networkResets == 0)
        // In the middle of a block; two of its frames include the sample.
        _ = tracks(pipeline, broken + samples)
        #expect(pipeline.networkResets == 1)
        pipeline.reset()
        #expect(pipeline.networkResets == 1)
    }

    /// Features that are finite, but too large for the network.
    @Test func anOverflowingNetworkIsReset() {
        let (kind, shape) = (FeatureKind.foaIntensity, Shape(FrameTiming.melBands, 7))
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: -20, count: shape.count), deviation: Array(repeating: 1e-3, count: shape.count))
        let pipeline = LocalizationPipeline(parameters: parts(kind, lookAhead: 2).0, scaler: scaler, gate: Self.gate)
        func push(_ value: Float, frames: Int) -> Int {
            var blocks = 0
            [Float](repeating: value, count: shape.count).withTensor(shape) { frame in
                for _ in 0..<frames { pipeline.push(frame: frame) { _ in blocks += 1 } }
            }
            return blocks
        }
        #expect(push(-30, frames: 50) == 8 && pipeline.networkResets == 0)
        #expect(push(1e38, frames: 5) == 1 && pipeline.networkResets == 1)
        #expect(push(-30, frames: 50) == 10 && pipeline.networkResets == 1)
    }

    @Test func nonFiniteValuesHaveTheSameEffectInEveryChunking() {
        var samples = audio(seconds: 2)
        for (frame, value) in [(5_000, Float.nan), (5_001, 1e30), (17_290, -.infinity)] { samples[4 * frame + 1] = value }
        let (whole, encoding) = (pipeline(), EncodingFilters(from: .fuma))
        let expected = tracks(whole, samples, pieces: 48_000)
        let encoded = tracks(pipeline(encoding: encoding), samples, pieces: 48_000)
        for pieces in [7, 480, 2399, 7000] {
            let pipeline = pipeline()
            #expect(tracks(pipeline, samples, pieces: pieces) == expected && pipeline.networkResets == whole.networkResets)
            #expect(tracks(self.pipeline(encoding: encoding), samples, pieces: pieces) == encoded)
        }
    }

    /// A reset is part of live audio too.
    @Test func resetsAllocateNothing() {
        var samples = audio(seconds: 1)
        for frame in [3_000, 12_000] { samples[4 * frame] = .nan }
        // OpenBLAS itself allocates in a small product of which a side is no multiple of 16.
        let pipeline = pipeline(width: 16)
        var told = 0
        func second() { pipeline.push(samples.span) { told += $0.count } }
        second()
        #expect(allocations { for _ in 0..<20 { second() } } == 0)
        #expect(pipeline.networkResets == 42 && told > 0)
    }

    /// In both directions of time, all except the blocks that include it.
    @Test(arguments: [DOAnetArchitecture.Form.live, .paper]) func aRecordingIsAnalysedAroundThem(form: DOAnetArchitecture.Form) {
        let kind = FeatureKind.foaCovariance
        let architecture = DOAnetArchitecture(
            form: form, channels: kind.inputChannels, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: 2, lookAhead: 0)
        let pipeline = RecordingPipeline(parameters: DOAnetParameters(architecture, seed: 3), scaler: parts(kind).1, gate: Self.gate)
        func hear(_ samples: [Float]) -> [[Track]] {
            var told: [[Track]] = []
            pipeline.push(samples.span) { told.append($0.array) }
            pipeline.finish { told.append($0.array) }
            return told
        }
        var samples = audio(seconds: 6)
        let whole = hear(samples)
        #expect(whole.count == 60 && pipeline.brokenBlocks == 0)
        for index in 4 * 60_000..<4 * 72_000 { samples[index] = index % 3 == 0 ? .nan : 1e30 }
        let told = hear(samples)
        #expect(told.count == 60 && (5...6).contains(pipeline.brokenBlocks))
        for block in Array(0..<15) + Array(45..<60) {
            #expect(told[block].count == whole[block].count && !told[block].isEmpty)
            for (a, b) in zip(told[block], whole[block]) { #expect(a.direction.angle(to: b.direction) < 1) }
        }
    }
}
