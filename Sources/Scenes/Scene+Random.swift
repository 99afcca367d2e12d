import Audio
import Geometry
import Glibc
public import Platform

extension Scene {
    /// The density of events in a recording.
    private enum Pace {
        /// Pauses of 0.35 to 2 s, some of 2 to 6 s.
        case dense
        /// Pauses of 5 to 20 s.
        case sparse
        /// Short pauses, but no events in one half of the recording.
        case half(first: Bool)

        static func random(using random: inout RandomSource) -> Pace {
            let draw = random.uniform(0...1)
            let first = random.chance(0.5)
            return draw < 0.15 ? .sparse : draw < 0.2 ? .half(first: first) : .dense
        }

        func pause(using random: inout RandomSource) -> Float {
            if case .sparse = self { return random.uniform(5...20) }
            return random.chance(0.2) ? random.uniform(2...6) : random.uniform(0.35...2)
        }

        /// The part of a recording, in seconds, that may contain events.
        func window(of seconds: Float) -> (begin: Float, end: Float) {
            switch self {
            case .dense, .sparse: (0, seconds)
            case .half(first: true): (seconds / 2, seconds)
            case .half(first: false): (0, seconds / 2)
            }
        }
    }

    /// A scene with half of the sources moving, pauses between them, ambience and its own microphone.
    ///
    /// - Parameters:
    ///   - seconds: of the recording; `overlap`: maximum number of sources at once, 1 to 4.
    ///   - place: a room and the array in it, as `Scene.place` draws them.
    public static func random(
        seconds: Float, overlap: Int, sounds: SoundLibrary, place: (room: Room, array: ArrayPlacement),
        using random: inout RandomSource
    ) -> Scene {
        let (room, array) = place
        var scene = Scene(
            room: room, array: array, events: [],
            ambience: Ambience.random(in: room, array: array, using: &random),
            microphone: MicrophoneModel.random(using: &random),
            length: Int(seconds * Float(AudioFormat.sampleRate)), signalToNoise: random.uniform(0...35),
            peak: random.uniform(-18 ... -1), noiseSeed: random.next(), overlap: overlap)
        let pace = Pace.random(using: &random)
        for track in 0..<overlap { scene.fill(track: track, seconds: seconds, pace, sounds: sounds, using: &random) }
        return scene
    }

    /// A scene without labelled sources: a background, and in three of four scenes one or two prominent machines.
    public static func background(
        seconds: Float, place: (room: Room, array: ArrayPlacement), using random: inout RandomSource
    ) -> Scene {
        let (room, array) = place
        return Scene(
            room: room, array: array, events: [],
            ambience: Ambience.random(in: room, array: array, machines: 0.75, levels: -10...8, using: &random),
            microphone: MicrophoneModel.random(using: &random),
            length: Int(seconds * Float(AudioFormat.sampleRate)), signalToNoise: random.uniform(0...35),
            peak: random.uniform(-18 ... -1), noiseSeed: random.next(), overlap: 1)
    }

    /// A room with about the given reverberation time, and the array's position in it.
    public static func place(
        reverberation: ClosedRange<Float> = Room.usualReverberation, using random: inout RandomSource
    ) -> (room: Room, array: ArrayPlacement) {
        var room = Room.random(reverberation: reverberation, using: &random)
        room.scattering = Room.randomScattering(using: &random)
        let array = ArrayPlacement.random(in: room, using: &random)
        if random.chance(0.4) { room.table = Table.random(below: array.position.z, using: &random) }
        return (room, array)
    }

    /// Adds events one after another until the recording is full.
    private mutating func fill(
        track: Int, seconds: Float, _ pace: Pace, sounds: SoundLibrary, using random: inout RandomSource
    ) {
        let window = pace.window(of: seconds)
        let pause = pace.pause(using: &random)
        // The first event comes early enough for recordings of a few seconds.
        var time = window.begin + min(pause, random.uniform(0.1...max(0.2, 0.5 * (window.end - window.begin) - 0.7)))
        var misses = 0
        while time < window.end - 0.7, misses < 200 {
            // Between half a second and 15 s, shorter ones more often, and not beyond the end.
            let wanted = min(0.5 * pow(30, random.uniform(0...1)), window.end - time - 0.1)
            guard wanted >= 0.5, let (sound, collection) = sounds.event(seconds: wanted, using: &random),
                let trajectory = Trajectory.random(
                    in: room, array: array, moving: random.chance(0.5),
                    seconds: Float(sound.count) / Float(AudioFormat.sampleRate), using: &random)
            else {
                misses += 1
                continue
            }
            // Levels at the array vary by up to 12 dB, sometimes 20, independent of the distance at mid-event.
            let level = random.chance(0.7) ? random.uniform(-6...6) : random.uniform(-10...10)
            let middle = trajectory.distance(at: 0.5 * Float(sound.count) / Float(AudioFormat.sampleRate))
            events.append(
                SceneEvent(
                    sound: sound, start: Int(time * Float(AudioFormat.sampleRate)), trajectory: trajectory,
                    directivity: SourceDirectivity.random(using: &random), gain: pow(10, level / 20) * middle,
                    classIndex: collection, track: track))
            time += Float(sound.count) / Float(AudioFormat.sampleRate) + pace.pause(using: &random)
        }
    }
}
