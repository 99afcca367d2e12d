import Audio
import Geometry
import Tensor
import Testing

import Scenes

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

    @Test func anechoicIntensityPointsWhereLabelsSay() {
        let room = Room.anechoic(size: SIMD3(8, 7, 4))
        let renderer = SceneRenderer(field: Self.foa)
        let up = Direction(unit: 0, 0, 1)
        let arcs = [
            Trajectory(still: Direction(azimuth: 100, elevation: 20), distance: 1.5),
            Trajectory(still: Direction(azimuth: -140, elevation: -35), distance: 1.2),
            Trajectory(start: Direction(azimuth: 170, elevation: 10), distance: 1.5, axis: up, speed: 40, span: 200),
            Trajectory(
                start: Direction(azimuth: -20, elevation: 0), distance: 1.5, axis: Direction(azimuth: 30, elevation: 60),
                speed: -25, span: 60),
        ]
        for arc in arcs {
            let scene = scene(room, arc, seconds: 6)
            let samples = renderer.render(scene)
            let labels = scene.labels
            #expect(labels.count > 45)
            for label in labels.dropFirst().dropLast() {
                let found = intensityDirection(samples, 2400 * label.frame..<2400 * (label.frame + 1))
                // A burst may fill only one end of a frame, half a frame's motion from its middle.
                #expect(found.angle(to: label.direction) < 1 + 0.06 * abs(arc.speed), "\(arc) frame \(label.frame)")
            }
        }
    }
}
