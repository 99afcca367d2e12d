import Audio
import Geometry
import Glibc
import Platform
import Scenes
import Tensor
import Testing

/// Noise bursts, 200 ms long every 250 ms, of unit level.
func bursts(seconds: Float, seed: UInt64 = 3) -> [Float] {
    var random = RandomSource(seed: seed)
    return (0..<Int(seconds * 24_000)).map { $0 % 6000 < 4800 ? random.normal() : 0 }
}

/// The direction of the mean intensity of FOA samples [length, 4] in a range.
func intensityDirection(_ samples: [Float], _ range: Range<Int>) -> Direction {
    var sum = SIMD3<Double>.zero
    for index in range {
        let velocity = SIMD3<Float>(samples[4 * index + 3], samples[4 * index + 1], samples[4 * index + 2])
        sum += SIMD3<Double>(velocity * samples[4 * index])
    }
    return Direction(towards: Float(sum.x), Float(sum.y), Float(sum.z))
}

@Suite struct RenderingTests {
    static let foa = DiffuseField(ArrayResponse(.foa))

    func scene(_ room: Room, _ trajectory: Trajectory, seconds: Float, signalToNoise: Float = 60) -> Scene {
        Scene(
            room: room, array: ArrayPlacement(position: room.size * 0.45, yaw: 33),
            events: [
                SceneEvent(
                    sound: bursts(seconds: seconds - 1), start: 6000, trajectory: trajectory, gain: trajectory.distance,
                    classIndex: 0, track: 0)
            ],
            length: Int(seconds * 24_000), signalToNoise: signalToNoise, peak: -3, noiseSeed: 9, overlap: 1)
    }

    @Test func anechoicIntensityAgreesWithLabels() {
        let room = Room.anechoic(size: SIMD3(8, 7, 4))
        let renderer = SceneRenderer(field: Self.foa)
        let up = Direction(unit: 0, 0, 1)
        let walk = Walk([
            .init(from: SIMD3(2.5, -1.5, 0.2), to: SIMD3(1, 1, 0.2), seconds: 3.5),
            .init(from: SIMD3(1, 1, 0.2), to: SIMD3(1, 1, 0.2), seconds: 1),
            .init(from: SIMD3(1, 1, 0.2), to: SIMD3(-0.5, 1.4, 0.1), seconds: 2),
        ])
        let arcs = [
            (Trajectory(still: Direction(azimuth: 100, elevation: 20), distance: 1.5), Float(0)),
            (Trajectory(still: Direction(azimuth: -140, elevation: -35), distance: 1.2), 0),
            (Trajectory(start: Direction(azimuth: 170, elevation: 10), distance: 1.5, axis: up, speed: 40, span: 200), 40),
            (
                Trajectory(
                    start: Direction(azimuth: -20, elevation: 0), distance: 1.5,
                    axis: Direction(azimuth: 30, elevation: 60), speed: -25, span: 60), 25
            ),
            (Trajectory(walk), 40),
        ]
        for (arc, speed) in arcs {
            let scene = scene(room, arc, seconds: 6)
            let samples = renderer.render(scene)
            let labels = scene.labels
            #expect(labels.count > 45)
            for label in labels.dropFirst().dropLast() {
                let found = intensityDirection(samples, 2400 * label.frame..<2400 * (label.frame + 1))
                // A burst may fill only one end of a frame, half a frame's motion from its middle.
                #expect(found.angle(to: label.direction) < 1 + 0.06 * speed, "\(arc) frame \(label.frame)")
            }
        }
    }
}

extension RenderingTests {
    @Test func diffuseNoiseHasTheCovarianceOfItsArray() {
        var arena = Arena<Float>(capacity: 4 * 262_144)
        let noise = arena.take(Shape(4, 262_144))
        for band in 0..<8 { Self.foa.add(band: band, from: 500_000, to: noise, range: 0..<262_144, first: 1, last: 1) }
        for a in 0..<4 {
            for b in 0...a {
                var sum: Float = 0
                for index in 0..<262_144 { sum += noise[a * 262_144 + index] * noise[b * 262_144 + index] }
                let expected: Float = a != b ? 0 : a == 0 ? 0.958 : 0.319
                #expect(abs(sum / 262_144 - expected) < 0.02, "channels \(a), \(b)")
            }
        }
    }

    /// Slope of the Schroeder integral of W between -5 and -35 dB, against Eyring's time.
    @Test(arguments: [Float(0.25), 0.5, 0.85]) func theDecayIsThatOfTheRoom(wanted: Float) {
        let size = SIMD3<Float>(6.3, 5.1, 2.8)
        let absorption = Room.absorption(
            for: BandValues(repeating: wanted), size: size, airAbsorption: .zero,
            weights: Array(repeating: BandValues(repeating: 1), count: 6))
        let room = Room(size: size, absorption: absorption, airAbsorption: .zero)
        let length = 24_000
        var arena = Arena<Float>(capacity: 4 * length)
        let output = arena.take(Shape(4, length))
        var random = RandomSource(seed: 4)
        SourceRenderer(field: Self.foa).add(
            [1], along: Trajectory(still: Direction(azimuth: 40, elevation: 5), distance: 1.6), in: room,
            array: ArrayPlacement(position: SIMD3(2.9, 2.2, 1.3), yaw: 10), at: 0, to: output, random: &random)
        var energy = [Double](repeating: 0, count: length + 1)
        for index in (0..<length).reversed() {
            energy[index] = energy[index + 1] + Double(output[index]) * Double(output[index])
        }
        let total = energy[0]
        let first = energy.firstIndex { $0 < total * pow(10, -0.5) } ?? 0
        let last = energy.firstIndex { $0 < total * pow(10, -3.5) } ?? 0
        let time = Float(last - first) / 24_000 * 2
        #expect(abs(time / wanted - 1) < 0.15, "asked for \(wanted) s, found \(time) s")
    }

    @Test func soundBeginsAtItsLabels() throws {
        var random = RandomSource(seed: 12)
        let room = Room.random(using: &random)
        let arc = Trajectory(still: Direction(azimuth: 10, elevation: 0), distance: 1.2)
        let scene = scene(room, arc, seconds: 4, signalToNoise: 40)
        let samples = SceneRenderer(field: Self.foa).render(scene)
        let first = try #require(scene.labels.first?.frame)
        let powers = (0..<40).map { (frame: Int) -> Float in
            var sum: Float = 0
            for index in 2400 * frame..<2400 * (frame + 1) { sum += samples[4 * index] * samples[4 * index] }
            return sum
        }
        let loudest = powers.max() ?? 0
        let onset = try #require(powers.firstIndex { $0 > loudest * 0.01 })
        #expect(abs(onset - first) <= 1)
    }
}
