/// The extents of a dense, row-major tensor of rank 1 to 4; unused trailing extents are 1.
@frozen
public struct Shape: Sendable, Hashable, CustomStringConvertible {
    public let rank: Int
    @usableFromInline let extents: (Int, Int, Int, Int)

    @inlinable
    public init(_ a: Int) { self.init(rank: 1, (a, 1, 1, 1)) }
    @inlinable
    public init(_ a: Int, _ b: Int) { self.init(rank: 2, (a, b, 1, 1)) }
    @inlinable
    public init(_ a: Int, _ b: Int, _ c: Int) { self.init(rank: 3, (a, b, c, 1)) }
    @inlinable
    public init(_ a: Int, _ b: Int, _ c: Int, _ d: Int) { self.init(rank: 4, (a, b, c, d)) }

    @usableFromInline
    init(rank: Int, _ extents: (Int, Int, Int, Int)) {
        precondition(
            extents.0 >= 0 && extents.1 >= 0 && extents.2 >= 0 && extents.3 >= 0, "a shape's extents are not negative")
        self.rank = rank
        self.extents = extents
    }

    /// The extent of one axis, 0 the slowest.
    @inlinable
    public subscript(axis: Int) -> Int {
        switch axis {
        case 0: extents.0
        case 1: extents.1
        case 2: extents.2
        case 3: extents.3
        default: preconditionFailure("a shape has at most 4 axes")
        }
    }

    /// Number of elements of a tensor of this shape.
    @inlinable
    public var count: Int { extents.0 * extents.1 * extents.2 * extents.3 }

    public var array: [Int] { (0..<rank).map { self[$0] } }

    public static func == (a: Shape, b: Shape) -> Bool { a.rank == b.rank && a.extents == b.extents }

    public func hash(into hasher: inout Hasher) {
        for axis in 0..<rank { hasher.combine(self[axis]) }
    }

    public var description: String { array.map(String.init).joined(separator: "x") }
}
