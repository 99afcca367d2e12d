public import Geometry

/// One source as the gate reports it for one block.
public struct Track: Sendable, Hashable {
    /// Never reused in a stream.
    public var id: Int
    public var direction: Direction
    /// The network's probability that this track is active, 0...1.
    public var activity: Float
    /// Blocks since the track opened; 1 in its first block.
    public var age: Int
    /// Root mean square of its sound in the block, dB below full scale; -200 is silence.
    public var level: Float

    public init(id: Int, direction: Direction, activity: Float, age: Int, level: Float = -200) {
        self.id = id
        self.direction = direction
        self.activity = activity
        self.age = age
        self.level = level
    }
}

/// An active source of one 100 ms block for metrics, reference or prediction.
public struct LabelledDirection: Sendable, Hashable {
    /// The source's identity over time, within one recording.
    public var identity: Int
    public var direction: Direction

    public init(identity: Int, direction: Direction) {
        self.identity = identity
        self.direction = direction
    }
}
