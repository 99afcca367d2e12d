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

    public init(id: Int, direction: Direction, activity: Float, age: Int) {
        self.id = id
        self.direction = direction
        self.activity = activity
        self.age = age
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
