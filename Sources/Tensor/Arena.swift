internal import Glibc

/// The only owner of one aligned block of memory for the tensors of a stage.
///
/// One arena per role: parameters, gradients, moments, state, scratch. The references to it (`TensorRef`, `MutableTensorRef`)
/// are valid while the arena exists, so they are stored beside it, in the same noncopyable or reference type. Memory is
/// initialised with zeros.
@safe
public struct Arena<Element: BitwiseCopyable>: ~Copyable {
    /// Alignment in bytes, defined by `ArenaLayout`.
    public static var alignment: Int { ArenaLayout<Element>.alignment }

    public let capacity: Int
    /// Elements that belong to tensors.
    public private(set) var used = 0
    private let base: UnsafeMutablePointer<Element>
    /// Bytes of a mapping of its own; nil for memory of the allocator.
    private let mapped: Int?

    /// Bytes from which on an arena has a mapping of its own, whose pages are zero and, where the system has them, large: a fault for each
    /// small page takes as long as a network takes for what is in it.
    private static var largeBytes: Int { 1 << 20 }

    /// - Parameter capacity: number of elements; the arena never grows, and exceeding it traps.
    public init(capacity: Int) {
        precondition(capacity >= 0, "an arena's capacity is not negative")
        let bytes = max(capacity, 1) * MemoryLayout<Element>.stride
        let raw: UnsafeMutableRawPointer
        if bytes >= Self.largeBytes {
            let flags = MAP_PRIVATE | MAP_ANONYMOUS
            guard let pages = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, flags, -1, 0), unsafe pages != MAP_FAILED else {
                fatalError("expected memory for an arena of \(bytes) bytes, found errno \(errno)")
            }
            // Without large pages it is an ordinary mapping.
            _ = unsafe madvise(pages, bytes, MADV_HUGEPAGE)
            unsafe raw = pages
            mapped = bytes
        } else {
            unsafe raw = .allocate(byteCount: bytes, alignment: Self.alignment)
            unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
            mapped = nil
        }
        unsafe base = raw.bindMemory(to: Element.self, capacity: max(capacity, 1))
        self.capacity = capacity
    }

    /// Memory for all tensors of a layout, each under its place.
    public init(_ layout: ArenaLayout<Element>) {
        self.init(capacity: layout.count)
        used = layout.count
    }

    /// Memory for one tensor, to be taken.
    public init(holding shape: Shape) { self.init(capacity: Self.footprint(shape)) }

    deinit {
        if let mapped {
            unsafe munmap(base, mapped)
        } else {
            unsafe UnsafeMutableRawPointer(base).deallocate()
        }
    }

    /// A tensor of the layout that this arena was made of.
    public subscript(_ place: ArenaLayout<Element>.Place) -> MutableTensorRef<Element> {
        precondition(place.offset + place.shape.count <= used, "an arena has the tensors of its own layout")
        return unsafe MutableTensorRef(unsafeBase: base + place.offset, shape: place.shape)
    }

    /// Tensors of the layout, in the order of their places.
    public subscript(_ places: [ArenaLayout<Element>.Place]) -> [MutableTensorRef<Element>] {
        var tensors: [MutableTensorRef<Element>] = []
        for place in places { tensors.append(self[place]) }
        return tensors
    }

    /// Elements that a tensor of `shape` occupies, as in `ArenaLayout`.
    public static func footprint(_ shape: Shape) -> Int { ArenaLayout<Element>.footprint(shape) }

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
