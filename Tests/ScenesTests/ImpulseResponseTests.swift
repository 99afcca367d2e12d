import Audio
import Geometry
import Glibc
import Platform
import Scenes
import Signal
import Tensor
import TestSupport
import Testing

/// Impulse responses against those of pyroomacoustics, in three rooms.
@Suite struct ImpulseResponseTests {
    static let foa = DiffuseField(ArrayResponse(.foa), length: 1 << 16)
    static let length = 30_000

    /// W of the response in a room of the oracle.
    static func response(_ oracle: OracleFixture, room index: Int, seed: UInt64 = 6) -> (samples: [Float], room: Room) {
        let row = oracle.doubles("rir.rooms")[10 * index..<10 * index + 10].map { Float($0) }
        let (source, receiver) = (SIMD3(row[3], row[4], row[5]), SIMD3(row[6], row[7], row[8]))
        let room = Room(
            size: SIMD3(row[0], row[1], row[2]), absorption: Array(repeating: BandValues(repeating: row[9]), count: 6),
            airAbsorption: .zero)
        let offset = source - receiver
        let trajectory = Trajectory(
            still: Direction(towards: offset.x, offset.y, offset.z), distance: (offset * offset).sum().squareRoot())
        var arena = Arena<Float>(capacity: 4 * length)
        let output = arena.take(Shape(4, length))
        var random = RandomSource(seed: seed)
        SourceRenderer(field: foa).add(
            [1], along: trajectory, in: room, array: ArrayPlacement(position: receiver, yaw: 0), at: 0, to: output,
            random: &random)
        return (Array(output.array[..<length]), room)
    }

    static func energy(_ samples: [Float], from first: Int, count: Int) -> Double {
        samples[first..<first + count].reduce(0) { $0 + Double($1) * Double($1) }
    }

    @Test(arguments: 0..<3) func directSoundAndReflectionsHaveTheExpectedTimesAndLevels(index: Int) throws {
        let oracle = try oracleFixture("Scenes/scenes.safetensors")
        let (samples, room) = Self.response(oracle, room: index)
        let delay = oracle.doubles("rir.delays")[index]
        let first = Int(delay.rounded()) - 48
        let loudest = try #require(samples[..<(first + 60)].indices.max { abs(samples[$0]) < abs(samples[$1]) })
        #expect(abs(Double(loudest) - delay) <= 1)

        let pieces = oracle.shape("rir.energies")[1]
        let energies = Array(oracle.doubles("rir.energies")[pieces * index..<pieces * (index + 1)])
        // Image by image as far as no tail has joined them.
        let apart = 0.6 * SourceRenderer.reach(in: room, distance: 1) / Acoustics.speedOfSound * 24_000
        let whole = (Int(apart) - first) / 120
        #expect(whole >= 2)
        for piece in 0..<whole {
            let found = Self.energy(samples, from: first + 120 * piece, count: 120)
            #expect(abs(10 * log10(found / energies[piece])) < 1, "piece \(piece): \(found), \(energies[piece])")
        }
        let all = Self.energy(samples, from: first, count: 120 * pieces)
        let expected = energies.reduce(0, +)
        #expect(abs(10 * log10(all / expected)) < 1.5, "\(all), \(expected)")
    }

    @Test(arguments: 0..<3) func soundDecaysAsInRoomsWithScatteringWalls(index: Int) throws {
        let oracle = try oracleFixture("Scenes/scenes.safetensors")
        // The mean over tails, which are random.
        let responses = (6..<10).map { Self.response(oracle, room: index, seed: $0).samples }
        var left = [Double](repeating: 0, count: Self.length + 1)
        for place in (0..<Self.length).reversed() {
            left[place] = left[place + 1] + responses.reduce(0) { $0 + Double($1[place] * $1[place]) }
        }
        let first = try #require(left.firstIndex { $0 < left[0] * pow(10, -0.5) })
        let last = try #require(left.firstIndex { $0 < left[0] * pow(10, -3.5) })
        let time = Double(last - first) / 24_000 * 2
        let wanted = oracle.doubles("rir.times")[index]
        #expect(abs(time / wanted - 1) < 0.1, "\(time) s, \(wanted) s")
    }
}
