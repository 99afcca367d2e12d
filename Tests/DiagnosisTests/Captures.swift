import Audio
import Diagnosis
import Geometry
import Platform
import TestSupport

@testable import Scenes

/// Simulated captures of a faultless microphone for `bearing check`: ambience first, then known directions.
struct Captures {
    static let directions = [
        Direction(azimuth: 0, elevation: 0), Direction(azimuth: 90, elevation: 0), Direction(azimuth: 0, elevation: 90),
    ]

    /// Room, level of the sounds over the ambience in dB, seed.
    struct Place: Sendable, CustomStringConvertible {
        var absorption: Float
        var signalToNoise: Float
        var seed: UInt64

        var description: String { "absorption \(absorption), \(signalToNoise) dB, seed \(seed)" }

        var room: Room {
            absorption >= 1
                ? .anechoic(size: SIMD3(6, 5, 2.9))
                : Room(size: SIMD3(6.2, 4.7, 2.8), absorption: Array(repeating: BandValues(repeating: absorption), count: 6))
        }
    }

    static let places = [
        Place(absorption: 0.15, signalToNoise: 20, seed: 1), Place(absorption: 0.3, signalToNoise: 12, seed: 2),
        Place(absorption: 0.3, signalToNoise: 30, seed: 3), Place(absorption: 0.5, signalToNoise: 8, seed: 4),
        Place(absorption: 1, signalToNoise: 15, seed: 5), Place(absorption: 1, signalToNoise: 35, seed: 6),
    ]

    /// [n, 4] each.
    let ambience: [Float]
    let sounds: [CalibrationSound]

    /// An A-format microphone: FLU, FRD, BLD, BRU.
    static let aformat = ArrayGeometry(
        name: "A-format", mount: .open,
        capsules: [(45, 35.26), (-45, -35.26), (135, -35.26), (-135, 35.26)].map { azimuth, elevation in
            .init(direction: Direction(azimuth: azimuth, elevation: elevation), radius: 0.0147, directivity: 0.5)
        })

    enum Microphone: Sendable, CaseIterable {
        case ambisonics, sphere, aformat

        var kind: MicrophoneKind {
            switch self {
            case .ambisonics: .ambisonics
            case .sphere: .capsules(.tetrahedral)
            case .aformat: .capsules(Captures.aformat)
            }
        }

        fileprivate var field: DiffuseField {
            switch self {
            case .ambisonics: Captures.fields[0]
            case .sphere: Captures.fields[1]
            case .aformat: Captures.fields[2]
            }
        }
    }

    private static let fields = [
        DiffuseField(ArrayResponse(.foa)), DiffuseField(ArrayResponse(.mic)),
        DiffuseField(ArrayResponse(.mic, geometry: aformat)),
    ]
    private static let encoders = EncoderBank()

    /// - Parameters:
    ///   - talkers: in the ambience, anywhere, without a pause in common.
    ///   - isReal: with capsules that are not quite equal, their noise and, for Ambisonics, an encoder.
    init(
        _ microphone: Microphone, _ place: Place, talkers: Int = 2, isReal: Bool = false,
        directions: [Direction] = directions
    ) {
        let renderer = SceneRenderer(field: microphone.field, encoders: Self.encoders)
        var random = SeededRandom(seed: place.seed)
        var faults = RandomSource(seed: place.seed)
        let model = isReal ? MicrophoneModel.random(using: &faults) : .ideal
        func scene(_ directions: [Direction], seconds: Int) -> [Float] {
            let events = directions.enumerated().map { index, direction in
                let trajectory = Trajectory(still: direction, distance: Float.random(in: 0.9...1.3, using: &random))
                return SceneEvent(
                    sound: Self.bursts(seconds: Float(seconds) - 1, using: &random), start: 9600, trajectory: trajectory,
                    gain: trajectory.distance, classIndex: 0, track: index)
            }
            return renderer.render(
                Scene(
                    room: place.room, array: ArrayPlacement(position: SIMD3(2.9, 2.2, 1.3), yaw: 20), events: events,
                    microphone: model, length: seconds * 24_000, signalToNoise: place.signalToNoise,
                    peak: Float.random(in: -20 ... -2, using: &random),
                    noiseSeed: random.next(), overlap: max(1, directions.count)))
        }
        let elsewhere = (0..<talkers).map { _ in
            Direction(
                azimuth: Float.random(in: -180...180, using: &random), elevation: Float.random(in: -25...35, using: &random))
        }
        ambience = scene(elsewhere, seconds: 10)
        sounds = directions.map { CalibrationSound(direction: $0, samples: scene([$0], seconds: 6)) }
    }

    /// Every capture with the channels of each frame changed.
    private init(ambience: [Float], sounds: [CalibrationSound]) {
        self.ambience = ambience
        self.sounds = sounds
    }

    func changed(_ change: (inout [Float]) -> Void) -> Captures {
        func all(_ samples: [Float]) -> [Float] {
            var changed = samples
            for start in stride(from: 0, to: samples.count, by: 4) {
                var frame = Array(samples[start..<start + 4])
                change(&frame)
                changed.replaceSubrange(start..<start + 4, with: frame)
            }
            return changed
        }
        return Captures(
            ambience: all(ambience), sounds: sounds.map { CalibrationSound(direction: $0.direction, samples: all($0.samples)) })
    }

    /// Bursts of coloured noise of any length, with pauses.
    static func bursts(seconds: Float, using random: inout SeededRandom) -> [Float] {
        var samples = [Float](repeating: 0, count: Int(seconds * 24_000))
        var start = 0
        while start < samples.count {
            let length = min(Int.random(in: 1200...14_000, using: &random), samples.count - start)
            let colour = Float.random(in: 0.2...0.9, using: &random)
            var state: Float = 0
            for index in 0..<length {
                state += colour * (random.normal() - state)
                samples[start + index] = state * min(1, Float(min(index, length - index)) / 240)
            }
            start += length + Int.random(in: 1200...16_000, using: &random)
        }
        return samples
    }
}
