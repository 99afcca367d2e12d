import Features
import Geometry
import Glibc
import Tensor
import TestSupport
import Testing

@Suite("Three to eight capsules")
struct CapsuleTests {
    static let counts = [3, 5, 6, 8]

    /// All frames of `channels` channels, [frames][64 C^2], pushed in pieces.
    private func frames(_ audio: [Float], channels: Int, chunk: Int = 1000) -> [[Float]] {
        var extractor = FeatureExtractor(.micHarmonics, channels: channels)
        var frames: [[Float]] = []
        for start in stride(from: 0, to: audio.count, by: chunk * channels) {
            extractor.push(audio.span.extracting(start..<min(start + chunk * channels, audio.count))) { frames.append($0.array) }
        }
        return frames
    }

    /// Coherent and incoherent sound: every channel has a part of its neighbour's.
    private func audio(channels: Int, count: Int = 2400) -> [Float] {
        var random = SeededRandom(seed: 3)
        let noise = (0..<(count + 8) * channels).map { _ in 0.1 * random.normal() }
        return (0..<count).flatMap { frame in
            (0..<channels).map { noise[frame * channels + $0] + 0.7 * noise[(frame + $0) * channels + ($0 + 1) % channels] }
        }
    }

    private func pair(_ m: Int, _ n: Int, of count: Int) -> Int { m * (2 * count - m - 1) / 2 + n - m - 1 }

    @Test("Levels and coherences are those of the same capsules taken four at a time", arguments: counts)
    func subsets(count: Int) {
        let sound = audio(channels: count)
        let all = frames(sound, channels: count)
        #expect(all.count == 5 && all[0].count == 64 * count * count)
        let pairs = count * (count - 1) / 2
        for a in stride(from: 0, to: count, by: 2) {
            // Of three capsules the first stands in for the missing fourth.
            let four = count == 3 ? [0, 1, 2, 0] : [0, 1, 2, 3].map { (a + $0 * (a % 2 + 1)) % count }
            guard count == 3 || Set(four).count == 4 else { continue }
            let part = stride(from: 0, to: sound.count, by: count).flatMap { start in four.map { sound[start + $0] } }
            let few = frames(part, channels: 4)
            for frame in [2, 4] {
                for band in stride(from: 0, to: 64, by: 3) {
                    let (own, other) = (all[frame][(band * count * count)...], few[frame][(band * 16)...])
                    let (first, second) = (own.startIndex, other.startIndex)
                    for (place, capsule) in four.enumerated() {
                        #expect(abs(own[first + capsule] - other[second + place]) < 1e-3, "\(frame) \(band)")
                    }
                    for m in 0..<4 {
                        for n in m + 1..<4 where four[m] != four[n] {
                            let place = pair(min(four[m], four[n]), max(four[m], four[n]), of: count)
                            let sign: Float = four[m] < four[n] ? 1 : -1
                            let (real, imaginary) = (own[first + count + place], own[first + count + pairs + place])
                            #expect(abs(real - other[second + 4 + pair(m, n, of: 4)]) < 1e-4, "\(four) \(m) \(n) in \(band)")
                            #expect(abs(sign * imaginary - other[second + 10 + pair(m, n, of: 4)]) < 1e-4, "\(four) \(m) \(n) in \(band)")
                        }
                    }
                }
            }
        }
    }

    @Test("A stream equals the file for every chunking", arguments: counts)
    func chunking(count: Int) {
        let sound = audio(channels: count, count: 5000)
        let whole = frames(sound, channels: count, chunk: 5000)
        for chunk in [7, 480, 2400] {
            let same = frames(sound, channels: count, chunk: chunk) == whole
            #expect(same, "chunks of \(chunk)")
        }
    }

    // MARK: - Refinement

    /// Capsules in open air, up to eight, in no plane.
    private static let places: [SIMD3<Float>] = [
        [0.03, 0.01, 0.02], [-0.02, 0.03, -0.01], [0.01, -0.03, -0.02], [-0.03, -0.02, 0.02], [0, 0.02, 0.035], [0.025, -0.015, -0.03],
        [-0.01, 0, -0.035], [0.035, 0.02, 0],
    ]

    private static func lead(_ capsule: Int, _ source: SIMD3<Float>) -> Float { (places[capsule] * source).sum() / 343 }

    private static let directions: [SIMD3<Float>] = (0..<800).map { index in
        let z = 1 - 2 * (Float(index) + 0.5) / 800
        let angle = 2.3999632 * Float(index)
        return SIMD3((1 - z * z).squareRoot() * cosf(angle), (1 - z * z).squareRoot() * sinf(angle), z)
    }

    private static let steerings = Dictionary(uniqueKeysWithValues: counts.map { ($0, makeSteering($0)) })

    private static func steering(_ count: Int) -> SteeringVectors { steerings[count]! }

    private static func makeSteering(_ count: Int) -> SteeringVectors {
        SteeringVectors(capsules: count, directions: directions) { frequency in
            directions.map { direction in
                var (real, imaginary) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
                for capsule in 0..<count {
                    let phase = 2 * .pi * frequency * Double(lead(capsule, direction))
                    (real[capsule], imaginary[capsule]) = (cos(phase), sin(phase))
                }
                return (real, imaginary)
            }
        }
    }

    /// A tone in each of some bands, from one direction.
    private static func wave(_ count: Int, from source: SIMD3<Float>, level: Float, bands: Range<Int>) -> [Float] {
        let centres = Array(MelFilterBank().centres.array[bands])
        return (0..<4800).flatMap { (frame: Int) -> [Float] in
            (0..<count).map { capsule in
                centres.enumerated().reduce(Float(0)) { sum, tone in
                    let time = Float(frame) / 24_000 + lead(capsule, source)
                    return sum + level * sinf(2 * .pi * tone.element * time + Float(tone.offset * tone.offset))
                }
            }
        }
    }

    private static let source: SIMD3<Float> = {
        let direction = Direction(azimuth: 50, elevation: 20)
        return [direction.x, direction.y, direction.z]
    }()

    @Test("The wave of each band is found", arguments: [5, 6, 8])
    func waves(count: Int) throws {
        let heard = try #require(CapsuleBox(count, Self.steering(count)))
        let other: SIMD3<Float> = [-0.6, 0, 0.8]
        let sound = zip(
            Self.wave(count, from: Self.source, level: 0.01, bands: 4..<30), Self.wave(count, from: other, level: 0.02, bands: 32..<40)
        ).map { $0 + $1 }
        for block in heard.bands(frames(sound, channels: count)).dropFirst() {
            for (bands, place) in [(8..<26, Self.source), (34..<38, other)] {
                for band in bands {
                    let found = block[band]
                    let cosine = (SIMD3(found[0], found[1], found[2]) * place).sum()
                    #expect(cosine > cosf(8 * .pi / 180), "band \(band): \(found)")
                    #expect(found[3] > 0.9, "band \(band)")
                }
            }
        }
        #expect(heard.bands(frames([Float](repeating: 0, count: 4800 * count), channels: count)).joined().allSatisfy { $0 == .zero })
    }

    @Test("Two waves keep their levels", arguments: [5, 6, 8])
    func levels(count: Int) throws {
        let other: SIMD3<Float> = [-0.6, -0.8, 0]
        // Unrelated tones in the same bands.
        let first = Self.wave(count, from: Self.source, level: 0.02, bands: 4..<24)
        let second = Self.wave(count, from: other, level: 0.005, bands: 5..<25)
        let expected = [first, second].map { sound in
            10 * log10f(stride(from: 0, to: sound.count, by: count).reduce(Float(0)) { $0 + sound[$1] * sound[$1] } / 4800)
        }
        let alone = CapsuleBox.levels(count, Self.steering(count), frames(first, channels: count), [Self.source])
        #expect(abs(alone[0] - expected[0]) < 0.5)
        let both = CapsuleBox.levels(
            count, Self.steering(count), frames(zip(first, second).map { $0 + $1 }, channels: count), [Self.source, other])
        #expect(abs(both[0] - expected[0]) < 1)
        #expect(abs(both[1] - expected[1]) < 4)
        // Without an array the power is shared.
        let shared = CapsuleBox.levels(count, nil, frames(first, channels: count), [Self.source])
        #expect(abs(shared[0] - expected[0]) < 0.5)
    }

    @Test("A hundred blocks allocate nothing", arguments: [3, 8])
    func allocation(count: Int) throws {
        let heard = try #require(CapsuleBox(count, Self.steering(count)))
        var extractor = FeatureExtractor(.micHarmonics, channels: count)
        var levels = WaveLevels(.micHarmonics, steering: Self.steering(count), channels: count, lookAhead: 2)
        let map = HarmonicMap(capsules: count, directions: Self.directions) { _ in Self.directions.map { _ in (.one, .zero) } }
        let block = audio(channels: count)
        var arena = Arena<Float>(holding: Shape(64, HarmonicMap.channels))
        let mapped = arena.take(Shape(64, HarmonicMap.channels))
        extractor.push(block.span) { heard.add($0) }
        heard.finishBlock()
        let made = allocations {
            for number in 0..<100 {
                extractor.push(block.span) {
                    heard.add($0)
                    map.apply($0, into: mapped)
                }
                levels.finishBlock(heard.bands.covarianceRows())
                heard.finishBlock()
                heard.sum += levels.measure(block: number, directions: heard.places.readOnly, count: 2, activities: .one)
            }
        }
        _ = arena
        #expect(made == 0)
    }

    // MARK: - Map

    @Test("Harmonics of a plane wave come from any number of capsules", arguments: [5, 6, 8])
    func harmonics(count: Int) {
        let map = HarmonicMap(capsules: count, directions: Self.directions) { frequency in
            Self.directions.map { direction in
                var (real, imaginary) = (SIMD8<Double>.zero, SIMD8<Double>.zero)
                for capsule in 0..<count {
                    let phase = 2 * .pi * frequency * Double(Self.lead(capsule, direction))
                    (real[capsule], imaginary[capsule]) = (cos(phase), sin(phase))
                }
                return (real, imaginary)
            }
        }
        #expect(map.capsules == count)
        let expected = HarmonicMap.harmonics(of: SIMD3<Double>(Self.source))
        let frame = frames(Self.wave(count, from: Self.source, level: 0.01, bands: 4..<30), channels: count)[8]
        var layout = ArenaLayout<Float>()
        let (from, to) = (layout.add(Shape(64, count * count)), layout.add(Shape(64, HarmonicMap.channels)))
        let arena = Arena(layout)
        for index in frame.indices { arena[from][index] = frame[index] }
        map.apply(arena[from].readOnly, into: arena[to])
        for band in 14..<22 {
            for harmonic in 0..<8 {
                let found = Double(arena[to][band * HarmonicMap.channels + 1 + harmonic])
                #expect(abs(found - expected[harmonic]) < 0.7, "harmonic \(harmonic) in \(band)")
            }
            #expect(arena[to][band * HarmonicMap.channels + 9] > 0.8)
        }
    }
}

/// Directions and levels of the waves of capsules, in a box that closures can share.
private final class CapsuleBox {
    var bands: BandDirections
    var sum = SIMD4<Float>.zero
    private let arena: Arena<SIMD4<Float>>
    private let found: MutableTensorRef<SIMD4<Float>>
    let places: MutableTensorRef<SIMD4<Float>>

    init?(_ count: Int, _ steering: SteeringVectors) {
        guard let bands = BandDirections(.micHarmonics, steering: steering) else { return nil }
        self.bands = bands
        var layout = ArenaLayout<SIMD4<Float>>()
        let (all, few) = (layout.add(Shape(5, 64)), layout.add(Shape(4)))
        let arena = Arena(layout)
        (found, places) = (arena[all], arena[few])
        self.arena = arena
        (places[0], places[1]) = ([1, 0, 0, 0], [0, 1, 0, 0])
    }

    func add(_ frame: TensorRef<Float>) { bands.add(frame) }
    func finishBlock() { bands.finishBlock(into: found) }

    /// Of the last frame of each block, with the weights of a whole block.
    func bands(_ frames: [[Float]]) -> [[SIMD4<Float>]] {
        frames.enumerated().compactMap { index, frame in
            frame.withTensor(Shape(64, frame.count / 64)) { bands.add($0) }
            guard index % 5 == 4 else { return nil }
            finishBlock()
            return found.rows(4..<5).array.map { SIMD4($0[0], $0[1], $0[2], 5 * $0[3]) }
        }
    }

    /// Of sounds from some directions, in the second block.
    static func levels(_ count: Int, _ steering: SteeringVectors?, _ frames: [[Float]], _ directions: [SIMD3<Float>]) -> [Float] {
        var levels = WaveLevels(.micHarmonics, steering: steering, channels: count, lookAhead: 1)
        var arena = Arena<SIMD4<Float>>(holding: Shape(4))
        let places = arena.take(Shape(4))
        for (index, direction) in directions.enumerated() { places[index] = SIMD4(direction, 0) }
        for (index, frame) in frames.enumerated() {
            frame.withTensor(Shape(64, frame.count / 64)) { levels.add($0) }
            if index % 5 == 4 { levels.finishBlock() }
        }
        let found = levels.measure(block: 1, directions: places.readOnly, count: directions.count, activities: .one)
        return directions.indices.map { found[$0] }
    }
}
