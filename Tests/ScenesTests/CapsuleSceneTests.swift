import Audio
import Geometry
import Platform
import Testing

@testable import Scenes

/// Arrays of three to eight capsules in scenes.
@Suite struct CapsuleSceneTests {
    private static let eight = ArrayGeometry(
        name: "eight", mount: .open,
        capsules: (0..<8).map { .init(direction: Direction(azimuth: 45 * Float($0), elevation: 15 * Float($0 % 3)), radius: 0.05) })

    private func render(_ count: Int, _ microphone: MicrophoneModel, absorption: Float = 1) -> [Float] {
        let array = ArrayGeometry(name: "part", mount: .open, capsules: Array(Self.eight.capsules[..<count]))
        let size = SIMD3<Float>(8, 7, 4)
        let scene = Scene(
            room: absorption < 1
                ? Room(size: size, absorption: Array(repeating: BandValues(repeating: absorption), count: 6)) : .anechoic(size: size),
            array: ArrayPlacement(position: size * 0.45, yaw: 0),
            events: [
                SceneEvent(
                    sound: bursts(seconds: 1), start: 2400,
                    trajectory: Trajectory(still: Direction(azimuth: 70, elevation: 5), distance: 1.5),
                    gain: 1.5, classIndex: 0, track: 0)
            ],
            microphone: microphone, length: 48_000, signalToNoise: 120, peak: -3, noiseSeed: 9, overlap: 1)
        let field = DiffuseField(ArrayResponse(.mic, geometry: array), length: 1 << 15)
        #expect(field.channels == count)
        return SceneRenderer(field: field, encoders: EncoderBank()).render(scene)
    }

    @Test(arguments: [3, 5, 8]) func everyCapsuleHearsWhatItHearsInAnotherArray(_ count: Int) {
        let (all, four) = (render(count, .ideal), render(4, .ideal))
        #expect(all.count == 48_000 * count)
        // Both are scaled to their peak.
        func level(_ samples: [Float], _ channels: Int, _ channel: Int) -> Float {
            stride(from: channel, to: samples.count, by: channels).reduce(0) { $0 + samples[$1] * samples[$1] }.squareRoot()
        }
        let scale = level(all, count, 0) / level(four, 4, 0)
        for channel in 0..<min(count, 4) {
            var error: Float = 0
            for frame in 0..<48_000 {
                let difference = all[frame * count + channel] - scale * four[frame * 4 + channel]
                error += difference * difference
            }
            #expect(error.squareRoot() < 1e-3 * level(all, count, channel), "channel \(channel)")
        }
        for channel in 0..<count { #expect(level(all, count, channel) > 0) }
    }

    @Test func realCapsulesBeyondTheFourthAreUnequalToo() {
        var random = RandomSource(seed: 4)
        let microphone = MicrophoneModel.random(using: &random)
        #expect(Set((0..<8).map { microphone.gains[$0] }).count == 8 && Set((0..<8).map { microphone.corners[$0] }).count == 8)
        #expect((0..<8).allSatisfy { abs(microphone.gains[$0]) <= 1.5 && microphone.corners[$0] > 0 })
        #expect(render(8, microphone, absorption: 0.4).allSatisfy { $0.isFinite })
    }
}
