import Audio
import Diagnosis
import Geometry
import Platform
import TestSupport
import Testing

@testable import Scenes

/// Sounds in simulated rooms, from arrays whose capsules deviate from their file and which are turned.
@Suite struct ArrayCalibrationTests {
    /// Six capsules' worth of directions: around, and from above and below.
    private static let directions: [Direction] = [(0, 0), (60, 10), (120, -10), (180, 0), (-120, 40), (-60, -35), (30, 75)].map {
        Direction(azimuth: $0, elevation: $1)
    }
    private static let gains: [Float] = [0.9, -1.1, 0.5, -0.3]
    private static let delays: [Float] = [3e-6, -5e-6, 4e-6, -2e-6]

    private static let open = ArrayGeometry(
        name: "open", mount: .open,
        capsules: [(45, 35), (-45, -35), (135, -35), (-135, 35)].map {
            .init(direction: Direction(azimuth: $0, elevation: $1), radius: 0.04)
        })
    private static let square = ArrayGeometry(
        name: "square", mount: .open,
        capsules: [0, 90, 180, 270].map { .init(direction: Direction(azimuth: $0, elevation: 0), radius: 0.032) })

    /// The array as it is: turned, with unequal capsules.
    private static func actual(_ nominal: ArrayGeometry, _ turn: Rotation) -> ArrayGeometry {
        let turned = nominal.rotated(by: turn)
        let capsules = turned.capsules.enumerated().map { index, capsule in
            var capsule = capsule
            (capsule.gain, capsule.delay) = (gains[index], delays[index])
            return capsule
        }
        return ArrayGeometry(name: turned.name, mount: turned.mount, capsules: capsules)
    }

    /// Bursts of noise from some directions, each in a recording of its own.
    private static func sounds(_ array: ArrayGeometry, _ directions: [Direction], seconds: Int = 3, absorption: Float) -> [CalibrationSound]
    {
        let field = DiffuseField(ArrayResponse(.mic, geometry: array), length: 1 << 15)
        let renderer = SceneRenderer(field: field, encoders: EncoderBank())
        var random = SeededRandom(seed: 3)
        let room =
            absorption >= 1
            ? Room.anechoic(size: SIMD3(6, 5, 2.9))
            : Room(size: SIMD3(6.2, 4.7, 2.8), absorption: Array(repeating: BandValues(repeating: absorption), count: 6))
        return directions.map { direction in
            let trajectory = Trajectory(still: direction, distance: 1.1)
            let event = SceneEvent(
                sound: Captures.bursts(seconds: Float(seconds), using: &random), start: 0, trajectory: trajectory, gain: 1, classIndex: 0,
                track: 0)
            let samples = renderer.render(
                Scene(
                    room: room, array: ArrayPlacement(position: SIMD3(2.9, 2.2, 1.3), yaw: 20), events: [event], microphone: .ideal,
                    length: seconds * 24_000, signalToNoise: 30, peak: -6, noiseSeed: random.next(), overlap: 1))
            return CalibrationSound(direction: direction, samples: samples)
        }
    }

    private func expectCapsules(_ found: ArrayCalibration, gain: Double = 0.3, delay: Double? = 2e-6) {
        let (meanGain, meanDelay) = (Self.gains.reduce(0, +) / 4, Self.delays.reduce(0, +) / 4)
        for index in 0..<4 {
            #expect(abs(found.gains[index] - Double(Self.gains[index] - meanGain)) < gain, "\(found.gains)")
            guard let delay else { continue }
            #expect(abs(found.delays[index] - Double(Self.delays[index] - meanDelay)) < delay, "\(found.delays)")
        }
        #expect(abs(found.gains.reduce(0, +)) < 1e-9 && abs(found.delays.reduce(0, +)) < 1e-15)
    }

    @Test(arguments: [1, 0.4] as [Float])
    func soundsFromKnownDirectionsGiveGainsDelaysAndTheTurn(absorption: Float) throws {
        let turn = Rotation(yaw: 35, pitch: -12, roll: 6)
        for nominal in [Self.open, ArrayGeometry.tetrahedral] {
            let array = Self.actual(nominal, turn)
            let found = try ArrayCalibration(Self.sounds(array, Self.directions, absorption: absorption), of: nominal)
            expectCapsules(found, delay: 3e-6)
            #expect(found.turn.inverse.then(turn).angle < 2, "\(nominal.name), \(absorption): \(found.turn.angles)")
            #expect(found.after > 0.8 && found.after > found.before + 0.1)
            #expect((found.uncertainty.yaw ?? 180) < 2 && found.uncertainty.gain < 0.3)
            let applied = found.applied(to: nominal)
            for (own, wanted) in zip(applied.capsules, array.capsules) {
                let apart = own.position - wanted.position
                #expect((apart * apart).sum().squareRoot() < 2e-3)
            }
        }
    }

    /// People have a planar array on a table, and walk around it: only the turn about the vertical can be known.
    @Test func aPlanarArrayIsCalibratedFromAround() throws {
        let turn = Rotation(yaw: -100, pitch: 0, roll: 0)
        let around = [0, 60, 120, 180, -120, -60].map { Direction(azimuth: $0, elevation: 0) }
        let found = try ArrayCalibration(
            Self.sounds(Self.actual(Self.square, turn), around, absorption: 0.6), of: Self.square)
        expectCapsules(found)
        #expect(abs(found.turn.angles.yaw + 100) < 2, "\(found.turn.angles)")
        #expect(abs(found.turn.angles.pitch) < 0.01 && found.uncertainty.tilt == nil)
        #expect(found.applied(to: Self.square).elevation == .unsigned)
    }

    @Test func aMovingSoundGivesGains() throws {
        let array = Self.actual(Self.open, .none)
        let places = (0..<24).map { Direction(azimuth: Float($0) * 30, elevation: [0, 35, -30][$0 % 3]) }
        let samples = Self.sounds(array, places, seconds: 1, absorption: 0.6).flatMap(\.samples)
        let found = try ArrayCalibration(moving: samples, of: Self.open)
        expectCapsules(found, delay: nil)
        #expect(found.delays == [0, 0, 0, 0] && found.uncertainty.delay == nil)
        #expect(found.turn == .none && found.uncertainty.yaw == nil && found.after > found.before)
    }

    @Test func soundsThatDoNotSufficeAreRefused() throws {
        let array = Self.actual(Self.open, .none)
        let sounds = Self.sounds(array, Self.directions, absorption: 1)
        func fault(_ body: () throws -> ArrayCalibration) -> String {
            do {
                _ = try body()
                return "none"
            } catch {
                return "\(error)"
            }
        }
        #expect(fault { try ArrayCalibration([sounds[0]], of: Self.open) }.contains("add sounds from other sides"))
        var random = SeededRandom(seed: 2)
        let noise = CalibrationSound(direction: .front, samples: (0..<4 * 48_000).map { _ in 0.1 * random.normal() })
        #expect(fault { try ArrayCalibration(sounds + [noise], of: Self.open) }.contains("none from the given direction in sound 8"))
        #expect(fault { try ArrayCalibration(moving: noise.samples, of: Self.open) }.contains("found 0: record a minute"))
        let exchanged = sounds.map { sound in
            var samples = sound.samples
            for frame in stride(from: 0, to: samples.count, by: 4) { samples.swapAt(frame, frame + 1) }
            return CalibrationSound(direction: sound.direction, samples: samples)
        }
        #expect(fault { try ArrayCalibration(exchanged, of: Self.open) }.contains("bearing check --from"))
    }
}
