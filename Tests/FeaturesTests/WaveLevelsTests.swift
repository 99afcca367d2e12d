import Features
import Geometry
import Glibc
import Tensor
import TestSupport
import Testing

@Suite("Levels of sounds from known directions")
struct WaveLevelsTests {
    /// The levels of a block of feature frames [frames, 64, C], in dBFS.
    private func levels(
        _ kind: FeatureKind, of audio: [Float], block: Int, from directions: [Direction], activities: SIMD4<Float> = SIMD4(repeating: 1),
        steering: SteeringVectors? = nil
    ) -> [Float] {
        let frames = features(kind, of: audio)
        let shape = Shape(64, kind.channels)
        let blocks = frames.count / shape.count / 5
        var heard = WaveLevels(kind, steering: steering, lookAhead: blocks)
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(shape))
        var places = Arena<SIMD4<Float>>(capacity: Arena<SIMD4<Float>>.footprint(Shape(4)))
        let (frame, waves) = (arena.take(shape), places.take(Shape(4)))
        for (index, direction) in directions.enumerated() { waves[index] = SIMD4(direction.x, direction.y, direction.z, 0) }
        for number in 0..<blocks * 5 {
            for i in 0..<frame.count { frame[i] = frames[number * frame.count + i] }
            heard.add(frame.readOnly)
            if number % 5 == 4 { heard.finishBlock() }
        }
        let found = heard.measure(block: block, directions: waves.readOnly, count: directions.count, activities: activities)
        return directions.indices.map { found[$0] }
    }

    private func sum(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 + $1 } }

    private let left = Direction(azimuth: 70, elevation: 20)
    private let right = Direction(azimuth: -40, elevation: -30)

    @Test("One source has the level of W, whatever the features", arguments: FeatureKind.allCases, [-20, -40] as [Float])
    func oneSource(kind: FeatureKind, level: Float) {
        let wave = planeWave(from: left, frames: 7200, level: powf(10, level / 20))
        let audio = kind.isAmbisonic ? wave : stride(from: 0, to: wave.count, by: 4).flatMap { [Float](repeating: wave[$0], count: 4) }
        for block in 1...2 {
            #expect(abs(levels(kind, of: audio, block: block, from: [left])[0] - level) < 0.8)
        }
    }

    @Test("A sine of full scale has -3.01 dBFS", arguments: [100, 440, 1000, 5000, 10_000] as [Float])
    func sine(frequency: Float) {
        let audio = (0..<7200).flatMap { (frame: Int) -> [Float] in
            let value = sinf(2 * .pi * frequency * Float(frame) / 24_000)
            return [value, value * left.y, value * left.z, value * left.x]
        }
        for kind in [FeatureKind.foaCovariance, .foaIntensity] {
            #expect(abs(levels(kind, of: audio, block: 1, from: [left])[0] + 3.01) < 0.1)
        }
    }

    @Test("Two sources in all bands at once keep their levels", arguments: [0, 10, 20] as [Float])
    func twoSources(difference: Float) {
        let loud = planeWave(from: left, frames: 7200, level: 0.1)
        let faint = planeWave(from: right, frames: 7200, level: 0.1 * powf(10, -difference / 20), seed: 2)
        for block in 1...2 {
            let found = levels(.foaCovariance, of: sum(loud, faint), block: block, from: [left, right])
            #expect(abs(found[0] + 20) < 1)
            #expect(abs(found[1] + 20 + difference) < 1.5)
        }
    }

    @Test("Tracks some degrees off still have the levels of their sources")
    func inexactDirections() {
        let audio = sum(planeWave(from: left, frames: 7200, level: 0.1), planeWave(from: right, frames: 7200, level: 0.0316, seed: 2))
        for (a, b) in [(8, -8), (-8, 8), (8, 8)] as [(Float, Float)] {
            let tracks = [(left, a), (right, b)].map { Direction(azimuth: $0.0.azimuth + $0.1, elevation: $0.0.elevation) }
            let found = levels(.foaCovariance, of: audio, block: 1, from: tracks)
            #expect(abs(found[0] + 20) < 1)
            #expect(abs(found[1] + 30) < 4)
        }
    }

    @Test("Diffuse noise counts as no source's, and a track where nothing is has next to nothing")
    func diffuse() {
        var audio = noise(frames: 12_000, level: 0.1, seed: 3)
        // Dipoles of SN3D have a third of the power.
        for at in audio.indices where at % 4 != 0 { audio[at] *= Float(1.0 / 3).squareRoot() }
        audio = sum(audio, planeWave(from: left, frames: 12_000, level: 0.1))
        let found = levels(.foaCovariance, of: audio, block: 3, from: [left, right])
        #expect(abs(found[0] + 20) < 1)
        #expect(found[1] < -28)
    }

    @Test("Capsules: two sources of 10 dB between them")
    func capsules() {
        for (seed, pair) in [(left, right), (Direction.front, Direction(azimuth: 120, elevation: 0))].enumerated() {
            let audio = sum(
                capsuleWave(from: pair.0, frames: 7200, level: 0.1, seed: seed),
                capsuleWave(from: pair.1, frames: 7200, level: 0.0316, seed: seed + 10))
            let alone = levels(
                .micCoherence, of: capsuleWave(from: pair.0, frames: 7200, level: 0.1, seed: seed), block: 1, from: [pair.0],
                steering: FreeTetrahedron.steering)
            #expect(abs(alone[0] + 20) < 1)
            let found = levels(.micCoherence, of: audio, block: 1, from: [pair.0, pair.1], steering: FreeTetrahedron.steering)
            #expect(abs(found[0] + 20) < 1.5)
            #expect(abs(found[1] + 30) < 3)
        }
    }

    /// Tones in all bands, of random phases, as a wave leaves them in four capsules; `level` is the root mean square of each.
    private func capsuleWave(from source: Direction, frames: Int, level: Float, seed: Int) -> [Float] {
        var random = SeededRandom(seed: UInt64(seed))
        let tones = (0..<120).map { (frequency: 100 + 45 * Float($0), phase: Float.random(in: 0...6.28, using: &random)) }
        let leads = FreeTetrahedron.leads(of: source)
        let amplitude = level * (2 / Float(tones.count)).squareRoot()
        return (0..<frames).flatMap { frame in
            leads.map { lead in
                amplitude
                    * tones.reduce(0) { $0 + sinf(2 * .pi * $1.frequency * (Float(frame) / 24_000 + lead) + $1.phase) }
            }
        }
    }

    @Test("Without a covariance the power is shared in proportion to the activities")
    func sharedByActivity() {
        let audio = planeWave(from: left, frames: 4800, level: 0.1)
        let found = levels(.foaIntensity, of: audio, block: 1, from: [left, right], activities: SIMD4(0.9, 0.3, 0, 0))
        #expect(abs(found[0] - (-20 + 10 * log10f(0.75))) < 0.8)
        #expect(abs(found[0] - found[1] - 10 * log10f(3)) < 1e-3)
        #expect(levels(.foaIntensity, of: audio, block: 1, from: [left], activities: .zero) == [WaveLevels.silence])
    }

    @Test("Digital silence and what is not finite are -200", arguments: FeatureKind.allCases)
    func silence(kind: FeatureKind) {
        let found = levels(
            kind, of: [Float](repeating: 0, count: 4 * 4800), block: 1, from: [left, right], steering: FreeTetrahedron.steering)
        #expect(found == [-200, -200])
        let heard = LevelsBox(kind)
        let shape = Shape(64, kind.channels)
        [Float](repeating: .nan, count: shape.count).withTensor(shape) { frame in
            for _ in 0..<5 { heard.levels.add(frame) }
        }
        heard.levels.finishBlock()
        #expect(heard.measure(block: 0) == SIMD4(repeating: -200))
    }

    @Test("Each block keeps its own level until it is measured; forgetting makes all of them silence")
    func blocks() {
        let heard = LevelsBox(.foaCovariance)
        let audio = planeWave(from: .front, frames: 2400, level: 0.1) + planeWave(from: .front, frames: 2400, level: 0.01)
        let shape = Shape(64, 16)
        let frames = features(.foaCovariance, of: audio)
        for number in 0..<10 {
            Array(frames[number * shape.count..<(number + 1) * shape.count]).withTensor(shape) { heard.levels.add($0) }
            if number % 5 == 4 { heard.levels.finishBlock() }
        }
        #expect(abs(heard.measure(block: 0)[0] + 20) < 1.5)
        // Half a window still holds the end of the louder block.
        #expect((-40 ... -26).contains(heard.measure(block: 1)[0]))
        heard.levels.forget()
        #expect(heard.measure(block: 1) == SIMD4(repeating: -200))
    }

    @Test("A hundred blocks allocate nothing", arguments: [FeatureKind.foaCovariance, .micCoherence, .foaIntensity])
    func noAllocation(kind: FeatureKind) {
        let frames = features(kind, of: noise(frames: 480))
        let heard = LevelsBox(kind)
        let shape = Shape(64, kind.channels)
        var sum = SIMD4<Float>.zero
        let count = Array(frames[..<shape.count]).withTensor(shape) { frame in
            allocations {
                for block in 0..<100 {
                    for _ in 0..<5 { heard.levels.add(frame) }
                    heard.levels.finishBlock()
                    sum += heard.measure(block: max(0, block - 1))
                }
            }
        }
        #expect(count == 0)
        #expect(sum[0] < 0 && sum[0] > -20_000)
    }
}

/// Levels of two directions, in a box that closures can share.
private final class LevelsBox {
    var levels: WaveLevels
    private let arena: Arena<SIMD4<Float>>
    private let directions: MutableTensorRef<SIMD4<Float>>

    init(_ kind: FeatureKind) {
        levels = WaveLevels(kind, steering: FreeTetrahedron.steering, lookAhead: 1)
        var arena = Arena<SIMD4<Float>>(capacity: Arena<SIMD4<Float>>.footprint(Shape(4)))
        directions = arena.take(Shape(4))
        directions[0] = SIMD4(1, 0, 0, 0)
        directions[1] = SIMD4(0, 1, 0, 0)
        self.arena = arena
    }

    func measure(block: Int) -> SIMD4<Float> {
        levels.measure(block: block, directions: directions.readOnly, count: 2, activities: SIMD4(1, 1, 0, 0))
    }
}
