import Audio
import Features
import Formats
import Geometry
import Glibc
import Kernels
import Networks
import Signal
import TestSupport
import Testing
import Tracking

@testable import Pipeline

@Suite struct LocalizationPipelineTests {
    /// A small network with random weights; its gate lets nearly everything through, so that tracks are plenty.
    private func makePipeline(
        _ kind: FeatureKind = .foaIntensity, refinement: Float = 0, lookAhead: Int = 0, encoding: EncodingFilters? = nil,
        viewpoint: Viewpoint = Viewpoint()
    ) -> LocalizationPipeline {
        let architecture = DOAnetArchitecture(
            form: .live, channels: kind.inputChannels, filters: 16, gruWidth: 16, headWidth: 16, maximumTracks: 2,
            lookAhead: lookAhead)
        let count = FrameTiming.melBands * kind.inputChannels
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: -20, count: count), deviation: Array(repeating: 15, count: count))
        var gate = GateSettings()
        gate.openThreshold = 0.48
        gate.stayThreshold = 0.45
        gate.openBlocks = 1
        gate.jumpDegrees = 5
        gate.duplicateDegrees = 0
        gate.refinement = refinement
        return LocalizationPipeline(
            parameters: DOAnetParameters(architecture, seed: 3), scaler: scaler, gate: gate,
            array: ArrayTables(for: kind, of: .tetrahedral),
            encoding: encoding, viewpoint: viewpoint)
    }

    /// Noise whose level and panning change from block to block: [seconds * 24000 * 4].
    private func audio(seconds: Double, seed: UInt64 = 1) -> [Float] {
        var random = SeededRandom(seed: seed)
        let frames = Int(seconds * Double(FrameLayout.sampleRate))
        var samples: [Float] = []
        samples.reserveCapacity(frames * 4)
        var direction = Direction.front
        var gain: Float = 0
        for frame in 0..<frames {
            if frame % 2400 == 0 {
                direction = Direction(
                    azimuth: .random(in: -180...180, using: &random), elevation: .random(in: -60...60, using: &random))
                gain = .random(in: 0...0.3, using: &random)
            }
            let value = gain * random.normal()
            samples += [value, value * direction.y, value * direction.z, value * direction.x]
        }
        return samples
    }

    private struct Heard: Equatable {
        var block: Int
        var tracks: [Track]
    }

    /// All blocks of some audio, pushed in pieces of the sizes that `chunk` gives, in frames.
    private func run(_ pipeline: LocalizationPipeline, _ samples: [Float], finish: Bool = false, _ chunk: () -> Int)
        -> [Heard]
    {
        var heard: [Heard] = []
        var start = 0
        while start < samples.count {
            let end = min(samples.count, start + 4 * chunk())
            pipeline.push(samples.span.extracting(start..<end)) { heard.append(Heard(block: $0.block, tracks: $0.array)) }
            start = end
        }
        if finish { pipeline.finish { heard.append(Heard(block: $0.block, tracks: $0.array)) } }
        return heard
    }

    /// A muted microphone gives zeros, of which a network has learnt nothing.
    @Test(arguments: [0, 3]) func digitalSilenceHasNoTracks(lookAhead: Int) {
        let silence = [Float](repeating: 0, count: 2 * 24_000 * 4)
        let heard = run(makePipeline(lookAhead: lookAhead), audio(seconds: 1) + silence, finish: true) { 2400 }
        #expect(heard.count == 30)
        #expect(heard[..<10].contains { !$0.tracks.isEmpty })
        // A track outlives its sound by the blocks that it coasts, the sound by a window's overlap.
        let quiet = 10 + 1 + GateSettings().coastBlocks
        #expect(heard[quiet...].allSatisfy { $0.tracks.isEmpty })
        #expect(run(makePipeline(lookAhead: lookAhead), silence) { 2400 }.allSatisfy { $0.tracks.isEmpty })
    }

    @Test(arguments: [FeatureKind.foaIntensity, .foaCovariance, .micCoherence, .micHarmonics])
    func everyChunkingGivesTheSameTracks(kind: FeatureKind) {
        let samples = audio(seconds: 3)
        func makePipeline() -> LocalizationPipeline { self.makePipeline(kind, refinement: 0.1, lookAhead: kind == .foaCovariance ? 2 : 0) }
        let whole = run(makePipeline(), samples, finish: true) { samples.count }
        #expect(whole.map(\.block) == Array(0..<30))
        #expect(whole.reduce(0) { $0 + $1.tracks.count } > 10)
        for size in [1, 7, 479, 480, 481, 2399, 2400, 2401, 10_000] {
            #expect(run(makePipeline(), samples, finish: true) { size } == whole, "pieces of \(size) frames")
        }
        var random = SeededRandom(seed: 9)
        #expect(run(makePipeline(), samples, finish: true) { Int.random(in: 1...5000, using: &random) } == whole)
    }

    /// Its filters take some frames, which shift neither blocks nor their number.
    private static let encoding = AFormatEncoder.filters(for: .tetrahedral)

    @Test(arguments: [0, 2]) func anEncoderShiftsNoBlock(lookAhead: Int) {
        let samples = audio(seconds: 2.01)
        // With the output of the filters after the end, which a look-ahead uses.
        var encoded = samples + [Float](repeating: 0, count: 4 * (Self.encoding.delay + 2400 * lookAhead))
        let padded = encoded
        var span = encoded.mutableSpan
        FilterMatrix(Self.encoding).process(padded.span, into: &span)
        let expected = run(makePipeline(lookAhead: lookAhead), Array(encoded[(4 * Self.encoding.delay)...])) { 2400 }
        #expect(expected.map(\.block) == Array(0..<20))
        for size in [1, 480, 2399, 2400, 7000] {
            let pipeline = makePipeline(lookAhead: lookAhead, encoding: Self.encoding)
            #expect(run(pipeline, samples, finish: true) { size } == expected, "pieces of \(size) frames")
            // finish leaves it as after reset.
            #expect(run(pipeline, samples, finish: true) { size }.map(\.block) == expected.map(\.block))
        }
    }

    @Test func anEncoderDelaysBlocksByItsDelay() {
        let samples = audio(seconds: 0.2)
        let pipeline = makePipeline(encoding: Self.encoding)
        let frames = 2400 + pipeline.inputDelay
        #expect(pipeline.inputDelay == Self.encoding.delay && pipeline.inputDelay > 0)
        #expect(run(pipeline, Array(samples[..<(4 * (frames - 1))])) { 2400 }.isEmpty)
        #expect(run(pipeline, Array(samples[(4 * (frames - 1))..<(4 * frames)])) { 1 }.map(\.block) == [0])
    }

    @Test func furseMalhamIsConvertedToAmbiX() {
        let samples = audio(seconds: 2)
        let fuma = stride(from: 0, to: samples.count, by: 4).flatMap { frame -> [Float] in
            [samples[frame] * Float(0.5).squareRoot(), samples[frame + 3], samples[frame + 1], samples[frame + 2]]
        }
        let a = run(makePipeline(), samples) { 2400 }
        let b = run(makePipeline(encoding: EncodingFilters(from: .fuma)), fuma) { 2400 }
        #expect(a.map { $0.tracks.map(\.id) } == b.map { $0.tracks.map(\.id) })
        for (x, y) in zip(a.flatMap(\.tracks), b.flatMap(\.tracks)) { #expect(x.direction.angle(to: y.direction) < 0.1) }
    }

    @Test func aMountingRotatesTracksAndASectorHidesThem() {
        let samples = audio(seconds: 3)
        let plain = run(makePipeline(), samples) { 2400 }
        let mounting = Rotation(yaw: 100, pitch: 20, roll: 180)
        let azimuths = plain.flatMap(\.tracks).map { mounting($0.direction).azimuth }.sorted()
        let middle = azimuths[azimuths.count / 2]
        let ignored = Sector(azimuth: (middle, middle + 170))
        let told = run(makePipeline(viewpoint: Viewpoint(mounting: mounting, ignored: [ignored])), samples) { 2400 }
        let expected = plain.map { heard in
            Heard(
                block: heard.block,
                tracks: heard.tracks.compactMap { track in
                    var track = track
                    track.direction = mounting(track.direction)
                    return ignored.contains(track.direction) ? nil : track
                })
        }
        #expect(told == expected)
        let (all, some) = (plain.flatMap(\.tracks).count, told.flatMap(\.tracks).count)
        #expect(some > 0 && some < all)
    }

    @Test func aBlockIsEmittedWithItsLastSample() {
        let samples = audio(seconds: 0.2)
        let pipeline = makePipeline()
        #expect(run(pipeline, Array(samples[..<(4 * 2399)])) { 2400 }.isEmpty)
        #expect(run(pipeline, Array(samples[(4 * 2399)..<(4 * 2400)])) { 1 }.map(\.block) == [0])
    }

    @Test func lookAheadShiftsBlocksAndFinishDeliversTheRest() {
        let samples = audio(seconds: 1.05)
        let pipeline = makePipeline(lookAhead: 2)
        #expect(run(pipeline, samples) { 2400 }.map(\.block) == Array(0..<8))
        pipeline.reset()
        #expect(run(pipeline, samples, finish: true) { 2400 }.map(\.block) == Array(0..<10))
    }

    @Test func resetClearsTheAudioButKeepsIDs() {
        let samples = audio(seconds: 2)
        let fresh = run(makePipeline(), samples) { 2400 }
        let pipeline = makePipeline()
        let before = run(pipeline, audio(seconds: 1.03, seed: 5)) { 2400 }
        pipeline.reset()
        let after = run(pipeline, samples) { 2400 }
        let last = before.flatMap(\.tracks).map(\.id).max() ?? 0
        #expect(last > 0)
        let renumbered = fresh.map { heard in
            Heard(
                block: heard.block,
                tracks: heard.tracks.map { track in
                    var track = track
                    track.id += last
                    return track
                })
        }
        #expect(after == renumbered)
    }

    /// The network's directions, right or wrong, are moved to those of the correct block's sound.
    @Test(arguments: [0, 2, 3]) func directionsAreRefinedByTheirOwnBlock(lookAhead: Int) throws {
        let plain = makePipeline(.foaCovariance, lookAhead: lookAhead)
        let refined = makePipeline(.foaCovariance, refinement: 1, lookAhead: lookAhead)
        // Untrained weights give about the same direction for any input.
        let usual = try #require(run(plain, audio(seconds: 3)) { 2400 }.flatMap(\.tracks).last?.direction)
        plain.reset()
        // A source that alternates between the two sides of that every second: bands of another block have another direction.
        let places = [10, -10, 10, -10].map { Direction(azimuth: usual.azimuth + $0, elevation: usual.elevation) }
        var random = SeededRandom(seed: 4)
        let samples = places.flatMap { source -> [Float] in
            (0..<24_000).flatMap { _ -> [Float] in
                let value = 0.1 * random.normal()
                return [value, value * source.y, value * source.z, value * source.x]
            }
        }
        let (before, after) = (run(plain, samples, finish: true) { 2400 }, run(refined, samples, finish: true) { 2400 })
        func nearest(_ heard: Heard) -> Float? {
            heard.tracks.map { $0.direction.angle(to: places[heard.block / 10]) }.min()
        }
        // The blocks of a second whose `window` blocks all have the same direction.
        let inside = { (heard: Heard) in (4...7).contains(heard.block % 10) }
        let (plainErrors, errors) = (before.filter(inside).compactMap(nearest), after.filter(inside).compactMap(nearest))
        #expect(plainErrors.count == 16 && errors.count == 16)
        #expect(plainErrors.allSatisfy { (4..<16).contains($0) })
        #expect(errors.allSatisfy { $0 < 2 })
        // The source's level, of the block's own sound, however many tracks share it.
        for heard in after.filter(inside) {
            let power = heard.tracks.reduce(Float(0)) { $0 + powf(10, $1.level / 10) }
            #expect(abs(10 * log10f(power) + 20) < 1)
        }
    }

    /// Half a second of one level, half a second of another: each block has its own, whatever the look-ahead.
    @Test(arguments: [0, 2]) func levelsAreThoseOfTheirOwnBlock(lookAhead: Int) {
        var random = SeededRandom(seed: 6)
        let direction = Direction(azimuth: 30, elevation: 10)
        let samples = (0..<24_000).flatMap { (frame: Int) -> [Float] in
            let value = (frame < 12_000 ? 0.1 : 0.01) * random.normal()
            return [value, value * direction.y, value * direction.z, value * direction.x]
        }
        let heard = run(makePipeline(lookAhead: lookAhead), samples, finish: true) { 2400 }
        #expect(heard.count == 10 && heard.contains { !$0.tracks.isEmpty })
        // The windows of block 5 begin before the step.
        for block in heard where !block.tracks.isEmpty && block.block != 5 {
            let power = block.tracks.reduce(Float(0)) { $0 + powf(10, $1.level / 10) }
            #expect(abs(10 * log10f(power) - (block.block < 5 ? -20 : -40)) < 1.5, "block \(block.block)")
        }
    }

    @Test(arguments: [FeatureKind.foaIntensity, .foaCovariance, .micCoherence, .micHarmonics])
    func steadyStateAllocatesNothing(kind: FeatureKind) {
        let samples = audio(seconds: 1)
        let sector = Sector(azimuth: (170, -170), elevation: 0...10)
        let pipeline = makePipeline(
            kind, refinement: 0.1, encoding: Self.encoding,
            viewpoint: Viewpoint(mounting: Rotation(yaw: 10, pitch: 0, roll: 0), ignored: [sector]))
        func second() -> Int {
            var count = 0
            for start in stride(from: 0, to: samples.count, by: 960) {
                pipeline.push(samples.span.extracting(start..<start + 960)) { count += $0.count }
            }
            return count
        }
        _ = second()
        var tracks = 0
        let count = allocations { for _ in 0..<100 { tracks += second() } }
        #expect(count == 0)
        #expect(tracks > 100)
    }
}
