import Audio
import Diagnosis
import Geometry
import Platform
import TestSupport
import Testing

@testable import Scenes

/// Checks and calibration of arrays of six and eight capsules.
@Suite struct CapsuleDiagnosisTests {
    /// Six in a ring, and eight at the corners of a cube, in open air.
    private static let six = ArrayGeometry(
        name: "six", mount: .open,
        capsules: (0..<6).map { .init(direction: Direction(azimuth: 60 * Float($0), elevation: 0), radius: 0.045) })
    private static let eight = ArrayGeometry(
        name: "eight", mount: .open,
        capsules: [(45, 35), (45, -35), (-45, -35), (-45, 35), (-135, 35), (-135, -35), (135, -35), (135, 35)].map {
            .init(direction: Direction(azimuth: $0, elevation: $1), radius: 0.04)
        })
    private static let arrays = [six, eight]

    private static func sounds(_ array: ArrayGeometry, _ directions: [Direction], seconds: Int = 3) -> [CalibrationSound] {
        let renderer = SceneRenderer(field: DiffuseField(ArrayResponse(.mic, geometry: array), length: 1 << 15), encoders: EncoderBank())
        var random = SeededRandom(seed: 3)
        return directions.map { direction in
            let event = SceneEvent(
                sound: Captures.bursts(seconds: Float(seconds), using: &random), start: 0,
                trajectory: Trajectory(still: direction, distance: 1.1), gain: 1, classIndex: 0, track: 0)
            let samples = renderer.render(
                Scene(
                    room: Room(size: SIMD3(6.2, 4.7, 2.8), absorption: Array(repeating: BandValues(repeating: 0.6), count: 6)),
                    array: ArrayPlacement(position: SIMD3(2.9, 2.2, 1.3), yaw: 20), events: [event], microphone: .ideal,
                    length: seconds * 24_000, signalToNoise: 30, peak: -6, noiseSeed: random.next(), overlap: 1))
            return CalibrationSound(direction: direction, samples: samples)
        }
    }

    private static func changed(_ samples: [Float], _ channels: Int, _ change: (inout [Float]) -> Void) -> [Float] {
        stride(from: 0, to: samples.count, by: channels).flatMap { start in
            var frame = Array(samples[start..<start + channels])
            change(&frame)
            return frame
        }
    }

    @Test(arguments: arrays.indices) func faultsOfAnyChannelAreFound(_ index: Int) {
        let array = Self.arrays[index]
        let (kind, count) = (MicrophoneKind.capsules(array), array.capsules.count)
        let heard = Self.sounds(array, [Direction(azimuth: 100, elevation: 10)])[0].samples
        #expect(AmbienceCheck.findings(heard, kind).isEmpty)
        #expect(AmbienceCheck.levels(heard, channels: count).count == count)
        for channel in [1, count - 1] {
            let dead = Self.changed(heard, count) { $0[channel] = 0 }
            #expect(AmbienceCheck.findings(dead, kind) == [.dead(channel: channel)])
            let turned = Self.changed(heard, count) { $0[channel] *= -1 }
            #expect(AmbienceCheck.findings(turned, kind) == [.inverted(channels: [channel])])
            let copied = Self.changed(heard, count) { $0[channel] = $0[0] }
            #expect(AmbienceCheck.findings(copied, kind) == [.equal(channels: [0, channel])])
        }
        let two = Self.changed(heard, count) { for channel in [0, 3] { $0[channel] *= -1 } }
        #expect(AmbienceCheck.findings(two, kind) == [.inverted(channels: [0, 3])])
        let watch = ChannelWatch(kind)
        watch.push(Self.changed(heard, count) { $0[count - 2] = 0 }.span)
        watch.finish()
        #expect(watch.findings == [.dead(channel: count - 2)])
    }

    @Test func exchangedChannelsOfEightAreFound() {
        let directions = Captures.directions
        let sounds = Self.sounds(Self.eight, directions)
        let kind = MicrophoneKind.capsules(Self.eight)
        let report = DirectionCheck.report(sounds, kind)
        #expect(report.findings.isEmpty, "\(report)")
        for (found, wanted) in zip(report.measured, directions) { #expect(found.map { $0.angle(to: wanted) < 10 } == true) }
        let exchanged = sounds.map { sound in
            CalibrationSound(
                direction: sound.direction,
                samples: Self.changed(sound.samples, 8) { frame in
                    frame.swapAt(1, 6)
                    frame.swapAt(0, 3)
                })
        }
        let findings = DirectionCheck.report(exchanged, kind).findings
        #expect(findings == [.order([3, 6, 2, 0, 4, 5, 1, 7], inverted: [], mounting: nil)], "\(findings)")
    }

    @Test(arguments: arrays.indices) func gainsAndDelaysOfAnyNumberAreMeasured(_ index: Int) throws {
        let nominal = Self.arrays[index]
        let count = nominal.capsules.count
        let gains = (0..<count).map { Float([0.9, -1.1, 0.5, -0.3][$0 % 4]) }
        let delays = (0..<count).map { Float([3e-6, -5e-6, 4e-6, -2e-6][$0 % 4]) }
        let capsules = nominal.capsules.enumerated().map { index, capsule in
            var capsule = capsule
            (capsule.gain, capsule.delay) = (gains[index], delays[index])
            return capsule
        }
        let actual = ArrayGeometry(name: "actual", mount: .open, capsules: capsules)
        let directions: [Direction] = [(0, 0), (60, 10), (120, -10), (180, 0), (-120, 30), (-60, -25)].map {
            Direction(azimuth: $0, elevation: $1)
        }
        let calibration = try ArrayCalibration(Self.sounds(actual, directions), of: nominal)
        let (gainMean, delayMean) = (gains.reduce(0, +) / Float(count), delays.reduce(0, +) / Float(count))
        for capsule in 0..<count {
            #expect(abs(Float(calibration.gains[capsule]) - gains[capsule] + gainMean) < 0.4, "\(calibration.gains)")
            #expect(abs(Float(calibration.delays[capsule]) - delays[capsule] + delayMean) < 4e-6, "\(calibration.delays)")
        }
        #expect(calibration.after > 0.85 && calibration.after > calibration.before)
    }
}
