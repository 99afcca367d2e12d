import Audio
public import Geometry
import Glibc
import Signal

/// One source of a scene: its sound, time, path and level.
public struct SceneEvent: Sendable {
    /// Samples at 24 kHz with unit level where not silent.
    public var sound: [Float]
    /// The sample of the recording at which the source begins.
    public var start: Int
    public var trajectory: Trajectory
    public var directivity: SourceDirectivity
    /// Factor from the sound's samples to pressure at 1 m.
    public var gain: Float
    /// For labels: class and track number, which distinguish simultaneous events.
    public var classIndex: Int
    public var track: Int

    public init(
        sound: [Float], start: Int, trajectory: Trajectory, directivity: SourceDirectivity = .none, gain: Float,
        classIndex: Int, track: Int
    ) {
        self.sound = sound
        self.start = start
        self.trajectory = trajectory
        self.directivity = directivity
        self.gain = gain
        self.classIndex = classIndex
        self.track = track
    }

    /// The sample of the recording at which its direct sound begins at the array.
    public var arrival: Int {
        start + Int((trajectory.distance / Acoustics.speedOfSound * Float(AudioFormat.sampleRate)).rounded())
    }

    /// Emission time at the source, in seconds, of the sound at the array in the middle of a label frame.
    func emission(frame: Int) -> Float {
        trajectory.emission(arriving: (Float(frame) + 0.5) / 10 - Float(arrival) / Float(AudioFormat.sampleRate))
    }
}

/// A label row: a source that is audible in one 100 ms frame.
public struct SceneLabel: Sendable, Hashable {
    public var frame: Int
    public var classIndex: Int
    public var track: Int
    public var direction: Direction
}

/// All inputs of a recording: the same for all array formats.
public struct Scene: Sendable {
    public var room: Room
    public var array: ArrayPlacement
    public var events: [SceneEvent]
    public var ambience: Ambience
    public var microphone: MicrophoneModel
    /// Length in samples.
    public var length: Int
    /// Level of a source at its reference level (pressure 1 at the array) relative to all ambience in free air, dB.
    public var signalToNoise: Float
    /// Peak level of the recording in dB relative to full scale.
    public var peak: Float
    /// Draws reverberation tails, fluctuation of the background and capsule noise.
    public var noiseSeed: UInt64
    /// Maximum number of simultaneous sources.
    public var overlap: Int
    /// What a scene may have of them.
    public static let overlaps = 1...4

    public init(
        room: Room, array: ArrayPlacement, events: [SceneEvent], ambience: Ambience = .pink,
        microphone: MicrophoneModel = .ideal, length: Int, signalToNoise: Float, peak: Float, noiseSeed: UInt64,
        overlap: Int
    ) {
        self.room = room
        self.array = array
        self.events = events
        self.ambience = ambience
        self.microphone = microphone
        self.length = length
        self.signalToNoise = signalToNoise
        self.peak = peak
        self.noiseSeed = noiseSeed
        self.overlap = overlap
    }

    /// Label rows in order of frames, then tracks.
    public var labels: [SceneLabel] {
        let frames = (length + FrameLayout.samplesPerBlock - 1) / FrameLayout.samplesPerBlock
        return events.flatMap { event in
            Activity.frames(of: DopplerShift.received(event.sound, along: event.trajectory), from: event.arrival).filter { $0 < frames }.map
            {
                frame in
                SceneLabel(
                    frame: frame, classIndex: event.classIndex, track: event.track,
                    direction: event.trajectory.direction(at: event.emission(frame: frame)))
            }
        }.sorted { ($0.frame, $0.track) < ($1.frame, $1.track) }
    }
}
