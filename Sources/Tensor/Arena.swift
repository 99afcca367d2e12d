/// The single owner of one aligned block of memory, from which a stage takes its tensors once, at creation.
///
/// One arena per role: parameters, gradients, moments, state, scratch. The references to it (`TensorRef`, `MutableTensorRef`)
/// are valid while the arena exists, so they are stored beside it, in the same noncopyable or reference type. Memory is
/// initialised with zeros.
@safe
public struct Arena<Element: BitwiseCopyable>: ~Copyable {
    /// Alignment in bytes: a cache line, and the widest vector register of current machines.
    public static var alignment: Int { 64 }

    public let capacity: Int
    public private(set) var used = 0
    private let base: UnsafeMutablePointer<Element>

    /// - Parameter capacity: number of elements; the arena never grows, and exceeding it traps.
    public init(capacity: Int) {
        precondition(capacity >= 0, "an arena's capacity is not negative")
        let bytes = max(capacity, 1) * MemoryLayout<Element>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: Self.alignment)
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        unsafe base = raw.bindMemory(to: Element.self, capacity: max(capacity, 1))
        self.capacity = capacity
    }

    deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }

    /// Elements that a tensor of `shape` occupies: its count, rounded up so that the next one is aligned.
    public static func footprint(_ shape: Shape) -> Int {
        let lane = max(1, alignment / MemoryLayout<Element>.stride)
        return (shape.count + lane - 1) / lane * lane
    }

    /// The next free tensor, aligned to a cache line.
    public mutating func take(_ shape: Shape) -> MutableTensorRef<Element> {
        let size = Self.footprint(shape)
        precondition(used + size <= capacity, "arena of \(capacity) elements has no space for \(shape)")
        defer { used += size }
        return unsafe MutableTensorRef(unsafeBase: base + used, shape: shape)
    }

    /// The whole block as one vector, including padding, for Adam, norms and copies.
    public var all: MutableTensorRef<Element> {
        unsafe MutableTensorRef(unsafeBase: base, shape: Shape(capacity))
    }
}
