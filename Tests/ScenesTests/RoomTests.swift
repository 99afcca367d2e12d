import Audio
import Geometry
import Glibc
import Platform
import Scenes
import TestSupport
import Testing

@Suite struct RoomTests {
    static let size = SIMD3<Float>(5.2, 4.1, 2.9)
    static let source = SIMD3<Float>(1.3, 2.7, 1.6)
    static let receiver = SIMD3<Float>(3.4, 1.2, 1.1)

    /// Walls of the oracle's room, no air.
    static let room = Room(
        size: size, absorption: [0.1, 0.25, 0.3, 0.15, 0.4, 0.2].map { BandValues(repeating: $0) }, airAbsorption: .zero)

    static func images(_ room: Room, reach: Float) -> [ImageSource] {
        var list: [ImageSource] = []
        ImageSources(room, receiver: receiver, reach: reach).visit(source: source) { list.append($0) }
        return list
    }

    @Test func firstReflectionsLieBehindTheWalls() throws {
        let images = Self.images(Self.room, reach: 9)
        let direct = try #require(images.first { $0.order == 0 })
        #expect(abs(direct.distance - Float(2.1 * 2.1 + 1.5 * 1.5 + 0.5 * 0.5).squareRoot()) < 1e-4)
        #expect(abs(direct.gains[4] - 1 / direct.distance) < 1e-5)
        // Mirrored in x = 0: at x = -1.3; a tenth of the energy stays in the wall.
        let left = try #require(images.first { $0.order == 1 && abs($0.offset.x + 4.7) < 1e-4 })
        #expect(abs(left.offset.y - 1.5) < 1e-5 && abs(left.offset.z - 0.5) < 1e-5)
        #expect(abs(left.gains[4] * left.distance - Float(0.9).squareRoot()) < 1e-5)
    }

    @Test func imagesAgreeWithPyroomacoustics() throws {
        let oracle = try oracleFixture("Scenes/scenes.safetensors")
        let positions = oracle.doubles("images.positions")
        let gains = oracle.doubles("images.gains")
        let ours = Self.images(Self.room, reach: 40).filter { $0.order <= 4 }
        #expect(ours.count == gains.count)
        for image in ours {
            let place = image.offset + Self.receiver
            let found = gains.indices.contains { index in
                abs(positions[3 * index] - Double(place.x)) < 1e-3
                    && abs(positions[3 * index + 1] - Double(place.y)) < 1e-3
                    && abs(positions[3 * index + 2] - Double(place.z)) < 1e-3
                    && abs(gains[index] - Double(image.gains[3] * image.distance)) < 1e-4
            }
            #expect(found, "no such image: \(image)")
        }
    }

    /// The direct sound and the first reflections from above reach the array by the table too, mirrored in it; what comes from below does not.
    @Test func aTableReflectsWhatComesFromAbove() throws {
        var room = Self.room
        room.table = Table(height: 0.9, gains: BandValues(repeating: 0.5))
        let bare = Self.images(Self.room, reach: 9)
        let images = Self.images(room, reach: 9)
        let above = bare.filter { image in
            let (x, y, z) = (image.offset.x, image.offset.y, 0.4 + image.offset.z)
            return image.order <= 1 && image.offset.z > -0.2 && x * x + y * y + z * z <= 81
        }
        #expect(above.count > 1 && images.count == bare.count + above.count)
        // The source is 0.5 m above the array, which is 0.2 m above the table: its image is 0.9 m below the array.
        let image = try #require(images.first { abs($0.offset.z + 0.9) < 1e-4 && abs($0.offset.x + 2.1) < 1e-4 })
        let distance = Float(2.1 * 2.1 + 1.5 * 1.5 + 0.9 * 0.9).squareRoot()
        #expect(abs(image.distance - distance) < 1e-4)
        #expect(abs(image.gains[4] - 0.5 / distance) < 1e-5)
        #expect(image.order == 1 && image.emission.z < 0, "the sound leaves the source downwards")
    }

    /// A hall rings for longer than a second: its tail is rendered until two.
    @Test func theTailOfAHallIsLong() throws {
        let size = SIMD3<Float>(12, 9, 4.5)
        let hall = Room(size: size, absorption: Array(repeating: BandValues(repeating: 0.05), count: 6), airAbsorption: .zero)
        #expect(hall.reverberationTime[4] > 2)
        let renderer = SourceRenderer(field: DiffuseField(ArrayResponse(.foa), length: 1 << 16))
        var random = RandomSource(seed: 3)
        #expect(renderer.makeTail(of: hall, at: ArrayPlacement(position: size / 2, yaw: 0), reach: 8, random: &random) == 48_000)
    }

    /// The mean over all directions is 1 wherever the energy comes from.
    private static func mean(_ distribution: LateReflections.Distribution) -> BandValues {
        var random = RandomSource(seed: 9)
        var sum = BandValues.zero
        for _ in 0..<20_000 { sum += distribution.energy(from: random.direction()) }
        return sum / 20_000
    }

    /// Walls that scatter everything return what they do not absorb, whatever the path before.
    @Test func scatteredSoundComesFromTheWallsThatReflect() {
        var absorption = Array(repeating: BandValues(repeating: 0.1), count: 6)
        absorption[0] = BandValues(repeating: 0.9)
        var room = Room(size: Self.size, absorption: absorption, airAbsorption: .zero)
        room.scattering = 1
        for metres: Float in [10, 100] {
            let distribution = LateReflections(room, receiver: Self.receiver).distribution(metres: metres)
            let (absorbed, reflected) = (distribution.energy(from: SIMD3(-1, 0, 0)), distribution.energy(from: SIMD3(1, 0, 0)))
            #expect(abs(reflected[4] / absorbed[4] - 9) < 0.01)
            #expect(abs(Self.mean(distribution)[4] - 1) < 0.05)
        }
    }

    /// Between walls that only mirror, the wave of an image has met those of the cells that it crossed.
    @Test func mirroredSoundLivesLongestBetweenHardWalls() {
        var absorption = Array(repeating: BandValues(repeating: 0.02), count: 6)
        (absorption[4], absorption[5]) = (BandValues(repeating: 0.5), BandValues(repeating: 0.3))
        var room = Room(size: Self.size, absorption: absorption, airAbsorption: .zero)
        room.scattering = 0
        let reflections = LateReflections(room, receiver: Self.receiver)
        let distribution = reflections.distribution(metres: 3.4 * Self.size.z)
        // Straight up and along: three or four crossings of the vertical axis, none or few of absorbing walls along the floor.
        let (up, along) = (distribution.energy(from: SIMD3(0, 0, 1)), distribution.energy(from: SIMD3(1, 0, 0)))
        let cells = ((Self.receiver.z + 3.4 * Self.size.z) / Self.size.z).rounded(.down)
        let (ceiling, floor) = (((cells + 1) / 2).rounded(.down), (cells / 2).rounded(.down))
        let across = ((Self.receiver.x + 3.4 * Self.size.z) / Self.size.x).rounded(.down)
        let expected = pow(0.7, ceiling) * pow(Float(0.5), floor) / pow(Float(0.98), across)
        #expect(abs(up[4] / along[4] / expected - 1) < 1e-3)
        #expect(abs(Self.mean(distribution)[4] - 1) < 0.05)
        // Later the vertical is gone, and what is left has the same mean.
        let late = reflections.distribution(metres: 100)
        #expect(late.energy(from: SIMD3(0, 0, 1))[4] < 1e-3 && abs(Self.mean(late)[4] - 1) < 0.4)
    }

    /// The share of sound that no wall has scattered falls with every reflection, about every two metres here.
    @Test func reflectionsScatterMoreAndMore() {
        var room = Self.room
        room.scattering = 0.2
        let path = 4 * room.volume / room.wallAreas.reduce(0, +)
        let reflections = LateReflections(room, receiver: Self.receiver)
        #expect(abs(reflections.distribution(metres: path).mirrored - 0.8) < 1e-4)
        #expect(abs(reflections.distribution(metres: 5 * path).mirrored - pow(0.8, 5)) < 1e-4)
    }

    @Test func airAbsorptionAgreesWithISO9613() {
        // Table 1 of ISO 9613-1 for 20 degrees and 50 %: 4.66 dB/km at 1 kHz, 105 dB/km at 8 kHz.
        let air = OctaveBands.airAbsorption(temperature: 20, humidity: 50) * (10 / log(Float(10)) * 1000)
        #expect(abs(air[4] - 4.66) < 0.1)
        #expect(abs(air[7] - 105) < 2)
    }

    @Test func bandsAddUpToOne() {
        for frequency in stride(from: 0.0, through: 12_000, by: 37) {
            let sum = OctaveBands.weights(at: frequency).sum()
            #expect(abs(sum - 1) < 1e-5, "at \(frequency) Hz")
        }
    }

    @Test func absorptionGivesTheRequestedReverberationTime() {
        var time = BandValues(repeating: 0.5)
        time[0] = 0.8
        let air = OctaveBands.airAbsorption(temperature: 20, humidity: 50)
        let weights = (0..<6).map { BandValues(repeating: 0.5 + 0.2 * Float($0)) }
        let absorption = Room.absorption(for: time, size: Self.size, airAbsorption: air, weights: weights)
        let reached = Room(size: Self.size, absorption: absorption, airAbsorption: air).reverberationTime
        for band in 0..<8 { #expect(abs(reached[band] - time[band]) < 0.01, "band \(band)") }
    }

    @Test func randomRoomsAreAsDescribed() {
        var random = RandomSource(seed: 5)
        for _ in 0..<300 {
            let room = Room.random(using: &random)
            #expect((0.12...1.3).contains(room.reverberationTime[4]), "\(room)")
            #expect(room.absorption.allSatisfy { $0.min() >= 0.01 && $0.max() <= 0.95 })
            let placed = Scene.place(using: &random).room
            #expect((0.02...0.5).contains(placed.scattering))
        }
    }

    @Test func randomRoomsHaveTheRequestedReverberationTime() {
        var random = RandomSource(seed: 6)
        // Three standard deviations of a band about the room's own time.
        let bands = exp(Float(-0.3))...exp(0.3)
        let times = (0..<300).map { _ in Room.random(reverberation: 0.6...1.2, using: &random).reverberationTime[4] }
        #expect(times.allSatisfy { (0.6 * bands.lowerBound...1.2 * bands.upperBound).contains($0) }, "\(times)")
        #expect(times.contains { $0 < 0.75 } && times.contains { $0 > 1 })
    }
}

@Suite struct RigidSphereTests {
    @Test func pressureAgreesWithSciPy() throws {
        let oracle = try oracleFixture("Scenes/scenes.safetensors")
        let frequencies = oracle.doubles("sphere.frequencies")
        let angles = oracle.doubles("sphere.angles")
        let real = oracle.doubles("sphere.real")
        let imaginary = oracle.doubles("sphere.imaginary")
        for (row, frequency) in frequencies.enumerated() {
            let coefficients = RigidSphere.coefficients(2 * .pi * frequency * 0.042 / 343)
            for (column, angle) in angles.enumerated() {
                let found = RigidSphere.pressure(coefficients, cosine: cos(angle))
                let index = row * angles.count + column
                #expect(abs(found.real - real[index]) < 1e-6, "\(frequency) Hz, \(angle)")
                #expect(abs(found.imaginary - imaginary[index]) < 1e-6, "\(frequency) Hz, \(angle)")
            }
        }
    }

    @Test func diffuseCovarianceIsTheMeanOverDirections() {
        let coefficients = RigidSphere.coefficients(1.7)
        let between = cos(109.47 * Double.pi / 180)
        var random = RandomSource(seed: 1)
        var sum = 0.0
        let count = 40_000
        for _ in 0..<count {
            let d = Direction(towards: random.normal(), random.normal(), random.normal())
            let other = Double(d.x) * between + Double(d.y) * (1 - between * between).squareRoot()
            let a = RigidSphere.pressure(coefficients, cosine: Double(d.x))
            let b = RigidSphere.pressure(coefficients, cosine: other)
            sum += a.real * b.real + a.imaginary * b.imaginary
        }
        let closed = RigidSphere.diffuseCovariance(coefficients, cosine: between)
        #expect(abs(sum / Double(count) - closed) < 0.02)
    }
}
