import Geometry

/// The tracks of one 100 ms block, in a record of fixed size that is copied between threads.
public struct BlockTracks: Sendable {
    /// The maximum number of tracks (`maximumTracks` of an architecture is 1...4).
    public static let capacity = 4

    /// Number of the block in the stream, without the delay of the look-ahead: block k describes the samples
    /// [2400 k, 2400 (k + 1)).
    public var block: Int
    public private(set) var count = 0
    private var storage: InlineArray<4, Track>

    public init(block: Int = 0) {
        self.block = block
        storage = InlineArray(repeating: Track(id: 0, direction: .front, activity: 0, age: 0))
    }

    /// The i-th track of the block, 0 ..< `count`.
    public subscript(_ i: Int) -> Track {
        precondition(i >= 0 && i < count, "a block has no such track")
        return storage[i]
    }

    /// Traps if the record is full.
    public mutating func append(_ track: Track) {
        precondition(count < Self.capacity, "a block carries at most \(Self.capacity) tracks")
        storage[count] = track
        count += 1
    }

    public mutating func removeAll() { count = 0 }

    /// A copy, for tests and offline code.
    public var array: [Track] { (0..<count).map { self[$0] } }
}
