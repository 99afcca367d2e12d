import Audio
public import Geometry
import Glibc
import Tensor

/// One source of a scene: what sounds, when, where, and how loud.
public struct SceneEvent: Sendable {
    /// Samples at 24 kHz at unit level where it sounds.
    public var sound: [Float]
    /// The sample of the recording at which the source begins.
    public var start: Int
    public var trajectory: Trajectory
    /// Pressure at 1 m against the sound's samples.
    public var gain: Float
    /// For labels: class and track number, which tell simultaneous events apart.
    public var classIndex: Int
    public var track: Int

    public init(sound: [Float], start: Int, trajectory: Trajectory, gain: Float, classIndex: Int, track: Int) {
        self.sound = sound
        self.start = start
        self.trajectory = trajectory
        self.gain = gain
        self.classIndex = classIndex
        self.track = track
    }

    /// The sample of the recording at which its direct sound begins at the array.
    public var arrival: Int {
        start + Int((trajectory.distance / Room.speedOfSound * Float(AudioFormat.sampleRate)).rounded())
    }

    /// Seconds at the source when what the array hears in the middle of a label frame was emitted.
    func emission(frame: Int) -> Float {
        (Float(frame) + 0.5) / 10 - Float(arrival) / Float(AudioFormat.sampleRate)
    }
}

/// A label row: a source that is to be heard in one 100 ms frame.
public struct SceneLabel: Sendable, Hashable {
    public var frame: Int
    public var classIndex: Int
    public var track: Int
    public var direction: Direction
}

/// Everything that a recording is rendered from: the same for all array formats.
public struct Scene: Sendable {
    public var room: Room
    public var array: ArrayPlacement
    public var events: [SceneEvent]
    /// Samples.
    public var length: Int
    /// dB from the background to a source at its reference level.
    public var signalToNoise: Float
    /// dB of the loudest sample of the recording against full scale.
    public var peak: Float
    /// Draws tails and background.
    public var noiseSeed: UInt64
    /// Simultaneous sources at most.
    public var overlap: Int

    public init(
        room: Room, array: ArrayPlacement, events: [SceneEvent], length: Int, signalToNoise: Float, peak: Float,
        noiseSeed: UInt64, overlap: Int
    ) {
        self.room = room
        self.array = array
        self.events = events
        self.length = length
        self.signalToNoise = signalToNoise
        self.peak = peak
        self.noiseSeed = noiseSeed
        self.overlap = overlap
    }

    /// Label rows by frame, then track.
    public var labels: [SceneLabel] {
        let frames = (length + 2399) / 2400
        return events.flatMap { event in
            Activity.frames(of: event.sound, from: event.arrival).filter { $0 < frames }.map { frame in
                SceneLabel(
                    frame: frame, classIndex: event.classIndex, track: event.track,
                    direction: event.trajectory.direction(at: event.emission(frame: frame)))
            }
        }.sorted { ($0.frame, $0.track) < ($1.frame, $1.track) }
    }

    /// A scene with half of the sources moving, pauses between them.
    ///
    /// - Parameters:
    ///   - seconds: of the recording; `overlap`: sources at once at most, 1 or 2.
    ///   - place: a room and the array in it; one of the scene's own when nil.
    public static func random(
        seconds: Float, overlap: Int, sounds: SoundLibrary, place: (room: Room, array: ArrayPlacement)? = nil,
        using random: inout RandomSource
    ) -> Scene {
        let (room, array) = place ?? Self.place(using: &random)
        var scene = Scene(
            room: room, array: array, events: [],
            length: Int(seconds * Float(AudioFormat.sampleRate)), signalToNoise: random.uniform(6...30),
            peak: random.uniform(-18 ... -1), noiseSeed: random.next(), overlap: overlap)
        for track in 0..<overlap { scene.fill(track: track, seconds: seconds, sounds: sounds, using: &random) }
        return scene
    }

    /// A room and where the array stands in it.
    public static func place(using random: inout RandomSource) -> (room: Room, array: ArrayPlacement) {
        let room = Room.random(using: &random)
        return (room, ArrayPlacement.random(in: room, using: &random))
    }

    /// Events one after another until the recording is full.
    private mutating func fill(
        track: Int, seconds: Float, sounds: SoundLibrary, using random: inout RandomSource
    ) {
        var time = random.uniform(0.1...2.5)
        var misses = 0
        while time < seconds - 0.7, misses < 200 {
            // Between half a second and 15 s, shorter ones more often, and never over the end.
            let wanted = min(0.5 * pow(30, random.uniform(0...1)), seconds - time - 0.1)
            guard wanted >= 0.5, let (sound, collection) = sounds.event(seconds: wanted, using: &random),
                let trajectory = Trajectory.random(
                    in: room, array: array, moving: random.chance(0.5),
                    seconds: Float(sound.count) / Float(AudioFormat.sampleRate), using: &random)
            else {
                misses += 1
                continue
            }
            // Levels at the array differ by up to 12 dB, whatever the distance.
            let level = pow(10, random.uniform(-6...6) / 20)
            events.append(
                SceneEvent(
                    sound: sound, start: Int(time * Float(AudioFormat.sampleRate)), trajectory: trajectory,
                    gain: level * trajectory.distance, classIndex: collection, track: track))
            time += Float(sound.count) / Float(AudioFormat.sampleRate)
            // Mostly short pauses, a few long ones.
            time += random.chance(0.2) ? random.uniform(2...6) : random.uniform(0.35...2)
        }
    }
}

/// Renders scenes for one array format; one a thread.
public final class SceneRenderer {
    public let field: DiffuseField
    private let renderer: SourceRenderer

    public init(field: DiffuseField) {
        self.field = field
        renderer = SourceRenderer(field: field)
    }

    /// - Returns: interleaved samples, [length, 4], of a peak as the scene has it.
    public func render(_ scene: Scene) -> [Float] {
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(Shape(4, scene.length)))
        let mix = arena.take(Shape(4, scene.length))
        var random = RandomSource(seed: scene.noiseSeed)
        renderBackground(scene, to: mix, random: &random)
        for event in scene.events {
            let sound = event.sound.map { $0 * event.gain }
            renderer.add(
                sound, along: event.trajectory, in: scene.room, array: scene.array, at: event.start, to: mix,
                random: &random)
        }
        var loudest: Float = 1e-9
        for index in 0..<mix.count { loudest = max(loudest, abs(mix[index])) }
        let gain = pow(10, scene.peak / 20) / loudest
        var samples = [Float](repeating: 0, count: mix.count)
        for channel in 0..<4 {
            for index in 0..<scene.length { samples[4 * index + channel] = gain * mix[channel * scene.length + index] }
        }
        return samples
    }

    /// Diffuse noise of a random, slowly changing spectrum between white and brown; replaces what `mix` holds.
    ///
    /// Its level in a channel of full response lies the scene's signal-to-noise ratio below 1.
    private func renderBackground(_ scene: Scene, to mix: MutableTensorRef<Float>, random: inout RandomSource) {
        let tilt = random.uniform(0...6)
        let signs = SIMD4<Float>(1, random.chance(0.5) ? 1 : -1, random.chance(0.5) ? 1 : -1, random.chance(0.5) ? 1 : -1)
        // Capsules change places only when the array is turned; their noise keeps its signs.
        let flips = field.response.format == .foa ? signs : .one
        let place = random.index(below: DiffuseField.length)
        for band in 0..<OctaveBands.count {
            // Power in an octave of white noise grows with frequency; the tilt is in dB of amplitude an octave.
            let decibels = -tilt * Float(band) + 3 * random.normal()
            let base = pow(10, decibels / 20)
            var start = 0
            var amplitude = base * pow(10, 2 * random.normal() / 20)
            while start < scene.length {
                let end = min(start + Int(random.uniform(1...5) * Float(AudioFormat.sampleRate)), scene.length)
                let next = base * pow(10, 2 * random.normal() / 20)
                field.add(
                    band: band, from: place + start, to: mix, range: start..<end, first: amplitude, last: next,
                    signs: flips)
                amplitude = next
                start = end
            }
        }
        var power = 0.0
        for index in 0..<scene.length { power += Double(mix[index] * mix[index]) }
        let level = Float((power / Double(max(scene.length, 1))).squareRoot())
        let gain = pow(10, -scene.signalToNoise / 20) / max(level, 1e-9)
        for index in 0..<mix.count { mix[index] *= gain }
    }
}
