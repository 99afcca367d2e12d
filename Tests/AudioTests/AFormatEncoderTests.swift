import Geometry
import Glibc
import TestSupport
import Testing

@testable import Audio

@Suite struct AFormatEncoderTests {
    /// Cardioid (or other) capsules that look outward from the corners of a regular tetrahedron.
    private static func tetrahedron(
        radius: Float, directivity: Float = 0.5, turned rotation: Rotation = .none, bent: Float = 0
    ) -> ArrayGeometry {
        let corners: [(Float, Float)] = [(45, 35.26), (-45, -35.26), (135, -35.26), (-135, 35.26)]
        return ArrayGeometry(
            name: "test", mount: .open,
            capsules: corners.enumerated().map { index, corner in
                let azimuth = corner.0 + bent * [1, -0.5, 0.7, -1][index]
                let direction = rotation(Direction(azimuth: azimuth, elevation: corner.1 + bent * [0.5, 1, -1, -0.3][index]))
                return .init(direction: direction, radius: radius, directivity: directivity)
            })
    }

    /// An encoded plane wave: the direction of its intensity, and the levels of W and of X, Y, Z together.
    private struct Encoded {
        var direction: Direction
        var omni, vector: Double
    }

    private static let frames = 2400

    /// A tone of a whole number of periods in 100 ms, through the capsules and the filters.
    ///
    /// The capsules are computed here sample by sample, each from its own delay and pattern, without the code of the encoder.
    private func encode(_ frequency: Int, from source: Direction, _ geometry: ArrayGeometry, _ matrix: FilterMatrix) -> Encoded {
        matrix.reset()
        let settle = (matrix.filters.taps + 2399) / 2400 * Self.frames
        let turn = 2 * Double.pi * Double(frequency) / 24_000
        var samples: [Float] = []
        for frame in 0..<settle + Self.frames {
            for capsule in geometry.capsules {
                let place = capsule.position
                let along: Float = place.x * source.x + place.y * source.y + place.z * source.z
                let lead = Double(along) / 343 * 24_000
                let aim = capsule.aim
                let cosine: Float = aim.x * source.x + aim.y * source.y + aim.z * source.z
                let gain = capsule.directivity + (1 - capsule.directivity) * cosine
                samples.append(gain * Float(cos(turn * (Double(frame) + lead))))
            }
        }
        var encoded = samples
        var span = encoded.mutableSpan
        matrix.process(samples.span, into: &span)
        var (power, intensity) = (SIMD4<Double>.zero, SIMD3<Double>.zero)
        for frame in settle..<settle + Self.frames {
            let v = SIMD4<Double>((0..<4).map { Double(encoded[4 * frame + $0]) })
            power += v * v
            intensity += v[0] * SIMD3(v[3], v[1], v[2])
        }
        // A tone of amplitude 1 has a mean square of 1/2.
        power *= 2 / Double(Self.frames)
        return Encoded(
            direction: Direction(towards: Float(intensity.x), Float(intensity.y), Float(intensity.z)),
            omni: 10 * log10(power[0]), vector: 10 * log10(power[1] + power[2] + power[3]))
    }

    /// Not those that filters are designed with.
    private static let sources: [Direction] = {
        var random = SeededRandom(seed: 31)
        return (0..<40).map { _ in Direction(towards: random.normal(), random.normal(), random.normal()) }
    }()

    private static let arrays: [(name: String, geometry: ArrayGeometry, limit: Float)] = [
        ("cardioid, 7 mm", tetrahedron(radius: 0.007), 4000),
        ("cardioid, 14.7 mm", tetrahedron(radius: 0.0147), 1950),
        ("cardioid, 14.7 mm, turned", tetrahedron(radius: 0.0147, turned: Rotation(yaw: 20, pitch: 50, roll: -70)), 1950),
        ("cardioid, 12 mm, corners up to 8 degrees off", tetrahedron(radius: 0.012, bent: 8), 2000),
        ("between cardioid and sphere, 12 mm", tetrahedron(radius: 0.012, directivity: 0.7), 2000),
        ("hypercardioid, 12 mm", tetrahedron(radius: 0.012, directivity: 0.35), 1800),
    ]

    @Test(arguments: arrays.indices)
    func planeWavesAreEncodedUpToTheLimit(_ index: Int) {
        let (name, geometry, least) = Self.arrays[index]
        let filters = AFormatEncoder.filters(for: geometry)
        #expect(filters.limit >= least, "\(name): \(filters.limit) Hz")
        #expect(filters.delay < 48)
        let matrix = FilterMatrix(filters)
        for frequency in [200, 500, 1000, 1500, 1800, 2000, 2500, 3000, 3500, 4000] where Float(frequency) <= filters.limit {
            for source in Self.sources {
                let encoded = encode(frequency, from: source, geometry, matrix)
                let error = encoded.direction.angle(to: source)
                #expect(error < 3, "\(name): \(frequency) Hz, \(source): \(error) degrees")
                #expect(abs(encoded.omni) < 1 && abs(encoded.vector) < 1, "\(name): \(frequency) Hz: \(encoded)")
            }
        }
    }

    @Test func directionsOfTheUsualMicrophoneAreAccurateUpTo2900Hz() {
        let geometry = Self.tetrahedron(radius: 0.0147)
        let matrix = FilterMatrix(AFormatEncoder.filters(for: geometry))
        for source in Self.sources {
            #expect(encode(2800, from: source, geometry, matrix).direction.angle(to: source) < 3)
            #expect(encode(4000, from: source, geometry, matrix).direction.angle(to: source) < 8)
        }
    }

    @Test func pressureCapsulesAreEncodedAboveTheirCorner() {
        let geometry = Self.tetrahedron(radius: 0.042, directivity: 1)
        let filters = AFormatEncoder.filters(for: geometry)
        #expect(filters.limit > 1400)
        let matrix = FilterMatrix(filters)
        for frequency in [300, 600, 1000, 1400] {
            for source in Self.sources {
                let encoded = encode(frequency, from: source, geometry, matrix)
                #expect(encoded.direction.angle(to: source) < 3)
                #expect(abs(encoded.omni - encoded.vector) < 1, "\(frequency) Hz: \(encoded)")
            }
        }
        // The correction of low frequencies is bounded: noise of one capsule is not raised by more than 20 dB.
        let quiet = (0..<24_000).flatMap { frame -> [Float] in
            let value = sinf(2 * .pi * 40 * Float(frame) / 24_000)
            return [0.1 * value, 0, 0, 0]
        }
        var out = quiet
        var span = out.mutableSpan
        matrix.process(quiet.span, into: &span)
        #expect(out.allSatisfy { abs($0) < 1.2 })
    }

    @Test func aRigidSphereIsEncodedToo() {
        let filters = AFormatEncoder.filters(for: .tetrahedral)
        #expect(filters.limit > 1300)
        let matrix = FilterMatrix(filters)
        let settle = 2400
        for frequency in [300.0, 800, 1300] {
            for source in Self.sources.prefix(10) {
                let response = ArrayGeometry.tetrahedral.response(frequency: frequency, to: [source])
                var samples: [Float] = []
                for frame in 0..<settle + 2400 {
                    let phase = 2 * .pi * frequency * Double(frame) / 24_000
                    let (c, s) = (cos(phase), sin(phase))
                    for capsule in response { samples.append(Float(capsule[0].real * c - capsule[0].imaginary * s)) }
                }
                matrix.reset()
                var out = samples
                var span = out.mutableSpan
                matrix.process(samples.span, into: &span)
                var intensity = SIMD3<Float>.zero
                for frame in settle..<settle + 2400 {
                    let index = 4 * frame
                    let vector = SIMD3<Float>(out[index + 3], out[index + 1], out[index + 2])
                    intensity += out[index] * vector
                }
                #expect(Direction(towards: intensity.x, intensity.y, intensity.z).angle(to: source) < 3)
            }
        }
    }

    @Test func theOutputIsDelayedAsDeclared() {
        let geometry = Self.tetrahedron(radius: 0.0147)
        let filters = AFormatEncoder.filters(for: geometry)
        let matrix = FilterMatrix(filters)
        let samples: [Float] = (0..<2400).flatMap { frame -> [Float] in
            let value = sinf(2 * .pi * 250 * Float(frame) / 24_000)
            // From the front: the response of capsules by their aims only, which dominates at 250 Hz.
            return geometry.capsules.map { value * $0.sensitivity(to: .front) }
        }
        var out = samples
        var span = out.mutableSpan
        matrix.process(samples.span, into: &span)
        for frame in 500..<2400 {
            let expected = sinf(2 * .pi * 250 * Float(frame - filters.delay) / 24_000)
            #expect(abs(out[4 * frame] - expected) < 0.08)
            #expect(abs(out[4 * frame + 3] - expected) < 0.08)
        }
    }
}

@Suite struct FilterMatrixTests {
    private func noise(_ frames: Int) -> [Float] {
        var random = SeededRandom(seed: 8)
        return (0..<frames * 4).map { _ in random.normal() }
    }

    private let filters = AFormatEncoder.filters(for: .tetrahedral)

    private func run(_ samples: [Float], _ matrix: FilterMatrix, chunk: () -> Int) -> [Float] {
        var out = [Float](repeating: 0, count: samples.count)
        var start = 0
        while start < samples.count {
            let end = min(samples.count, start + 4 * chunk())
            var piece = [Float](repeating: 0, count: end - start)
            var span = piece.mutableSpan
            matrix.process(samples.span.extracting(start..<end), into: &span)
            out.replaceSubrange(start..<end, with: piece)
            start = end
        }
        return out
    }

    @Test func everyChunkingGivesTheSameSamples() {
        let samples = noise(6000)
        let whole = run(samples, FilterMatrix(filters)) { samples.count }
        for size in [1, 3, 100, 479, 480, 481, 2400] {
            #expect(run(samples, FilterMatrix(filters)) { size } == whole, "pieces of \(size) frames")
        }
        var random = SeededRandom(seed: 1)
        #expect(run(samples, FilterMatrix(filters)) { Int.random(in: 1...1500, using: &random) } == whole)
    }

    @Test func itIsConvolution() {
        let samples = noise(700)
        let out = run(samples, FilterMatrix(filters)) { 700 }
        for frame in [0, 5, 359, 699] {
            for output in 0..<4 {
                var sum = 0.0
                for input in 0..<4 {
                    for tap in 0...min(frame, filters.taps - 1) {
                        let filter = filters.coefficients[(output * 4 + input) * filters.taps + tap]
                        sum += Double(filter) * Double(samples[4 * (frame - tap) + input])
                    }
                }
                #expect(abs(Double(out[4 * frame + output]) - sum) < 1e-4)
            }
        }
    }

    @Test func furseMalhamIsConvertedToAmbiX() {
        var out = [Float](repeating: 0, count: 4)
        var span = out.mutableSpan
        FilterMatrix(EncodingFilters(from: .fuma)!).process(([Float(0.5).squareRoot(), 0.1, 0.2, 0.3] as [Float]).span, into: &span)
        #expect(zip(out, [1, 0.2, 0.3, 0.1] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 }, "\(out)")
    }

    @Test func resetForgets() {
        let samples = noise(1000)
        let matrix = FilterMatrix(filters)
        let first = run(samples, matrix) { 333 }
        matrix.reset()
        #expect(run(samples, matrix) { 333 } == first)
    }

    @Test func steadyStateAllocatesNothing() {
        let samples = noise(960)
        var out = [Float](repeating: 0, count: samples.count)
        let matrix = FilterMatrix(filters)
        let count = allocations {
            for _ in 0..<100 {
                var span = out.mutableSpan
                matrix.process(samples.span, into: &span)
            }
        }
        #expect(count == 0)
    }
}
