/// The tensors of an arena, declared one after another: their places and the memory that all need.
///
///     var layout = ArenaLayout<Float>()
///     let (gates, hidden) = (layout.add(Shape(3 * width)), layout.add(Shape(width)))
///     let arena = Arena(layout)
///     self.gates = arena[gates]
public struct ArenaLayout<Element: BitwiseCopyable> {
    /// Where one tensor lies; the arena has its memory under it.
    public struct Place {
        let offset: Int
        public let shape: Shape
    }

    /// Bytes: a cache line, and the widest vector register of current machines.
    public static var alignment: Int { 64 }

    /// Elements of all tensors so far, the gaps that align them included.
    public private(set) var count = 0

    public init() {}

    /// Declares the next tensor, aligned to a cache line.
    public mutating func add(_ shape: Shape) -> Place {
        defer { count += Self.footprint(shape) }
        return Place(offset: count, shape: shape)
    }

    /// Declares tensors of the same shape, one after another.
    public mutating func add(_ shape: Shape, times: Int) -> [Place] {
        var places: [Place] = []
        for _ in 0..<times { places.append(add(shape)) }
        return places
    }

    /// Elements that a tensor of `shape` occupies: its count, rounded up so that the next one is aligned.
    public static func footprint(_ shape: Shape) -> Int {
        let lane = max(1, alignment / MemoryLayout<Element>.stride)
        return (shape.count + lane - 1) / lane * lane
    }
}
