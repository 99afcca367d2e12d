public import Geometry

/// A recording of sounds from a known direction.
public struct CalibrationSound: Sendable {
    /// Direction in the world's axes.
    public var direction: Direction
    /// [n, C] at 24 kHz in +-1.
    public var samples: [Float]

    public init(direction: Direction, samples: [Float]) {
        self.direction = direction
        self.samples = samples
    }
}

/// The result of checking channels with sounds from known directions.
public struct DirectionReport: Sendable {
    /// The measured direction of each sound with the present channels, in the world's axes; nil if none is clear.
    public var measured: [Direction?]
    public var findings: [ChannelFinding]
}

extension ChannelSpectra {
    /// 1 for frames in which a sound begins, before the room's reflections; for all frames if there are too few such frames.
    var onsets: [Float] {
        let powers = powers(300...3000)
        let loud = powers.sorted()[powers.count * 7 / 10]
        let weights = powers.indices.map { frame -> Float in
            guard frame > 0, powers[frame] >= loud else { return 0 }
            let past = powers[max(0, frame - 4)..<frame]
            return powers[frame] > 2 * past.reduce(0, +) / Float(past.count) ? 1 : 0
        }
        return weights.reduce(0, +) >= 5 ? weights : Array(repeating: 1, count: frames)
    }
}
