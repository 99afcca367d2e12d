/// A bounds-checked, copyable view of a dense row-major tensor with another owner.
///
/// It does not retain its owner: store it beside its `Arena`.
@frozen @safe
public struct TensorRef<Element: BitwiseCopyable>: @unchecked Sendable {
    /// For C calls and vector loops in Kernels and Features; other code uses subscripts.
    public let unsafeBase: UnsafePointer<Element>
    public let shape: Shape

    /// - Parameter unsafeBase: at least `shape.count` initialised elements that outlive this view.
    @inlinable
    @unsafe public init(unsafeBase: UnsafePointer<Element>, shape: Shape) {
        unsafe self.unsafeBase = unsafeBase
        self.shape = shape
    }

    @inlinable
    public var count: Int { shape.count }

    /// The element at a flat row-major index.
    @inlinable
    public subscript(_ i: Int) -> Element {
        precondition(i >= 0 && i < count, "tensor index out of range")
        return unsafe unsafeBase[i]
    }

    /// The same elements with another shape of equal count.
    @inlinable
    public func reshaped(_ shape: Shape) -> TensorRef {
        precondition(shape.count == count, "reshaping keeps the count")
        return unsafe TensorRef(unsafeBase: unsafeBase, shape: shape)
    }

    /// Rows `range` along axis 0, of the same rank.
    @inlinable
    public func rows(_ range: Range<Int>) -> TensorRef {
        unsafe TensorRef(
            unsafeBase: unsafeBase + shape.offset(ofRow: range.lowerBound, checking: range),
            shape: shape.with(rows: range.count))
    }

    /// A copy, for tests and files.
    public var array: [Element] { unsafe Array(UnsafeBufferPointer(start: unsafeBase, count: count)) }
}

/// The writable counterpart of `TensorRef`.
@frozen @safe
public struct MutableTensorRef<Element: BitwiseCopyable>: @unchecked Sendable {
    public let unsafeBase: UnsafeMutablePointer<Element>
    public let shape: Shape

    /// - Parameter unsafeBase: at least `shape.count` initialised elements that outlive this view.
    @inlinable
    @unsafe public init(unsafeBase: UnsafeMutablePointer<Element>, shape: Shape) {
        unsafe self.unsafeBase = unsafeBase
        self.shape = shape
    }

    @inlinable
    public var count: Int { shape.count }

    @inlinable
    public subscript(_ i: Int) -> Element {
        get {
            precondition(i >= 0 && i < count, "tensor index out of range")
            return unsafe unsafeBase[i]
        }
        nonmutating set {
            precondition(i >= 0 && i < count, "tensor index out of range")
            unsafe unsafeBase[i] = newValue
        }
    }

    /// The same memory, read-only.
    @inlinable
    public var readOnly: TensorRef<Element> {
        unsafe TensorRef(unsafeBase: UnsafePointer(unsafeBase), shape: shape)
    }

    @inlinable
    public func reshaped(_ shape: Shape) -> MutableTensorRef {
        precondition(shape.count == count, "reshaping keeps the count")
        return unsafe MutableTensorRef(unsafeBase: unsafeBase, shape: shape)
    }

    /// Rows `range` along axis 0, of the same rank.
    @inlinable
    public func rows(_ range: Range<Int>) -> MutableTensorRef {
        unsafe MutableTensorRef(
            unsafeBase: unsafeBase + shape.offset(ofRow: range.lowerBound, checking: range),
            shape: shape.with(rows: range.count))
    }

    @inlinable
    public func fill(_ value: Element) {
        unsafe unsafeBase.update(repeating: value, count: count)
    }

    /// Sets every byte to 0: the fast form of `fill(0)` where the compiler does not know the type.
    public func clear() {
        let bytes = count * MemoryLayout<Element>.stride
        unsafe UnsafeMutableRawPointer(unsafeBase).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    /// Copies all elements of a tensor of equal count.
    @inlinable
    public func copy(from other: TensorRef<Element>) {
        precondition(other.count == count, "copying needs equal counts")
        unsafe unsafeBase.update(from: other.unsafeBase, count: count)
    }

    /// Copies an array of equal count.
    public func copy(from other: [Element]) {
        precondition(other.count == count, "copying needs equal counts")
        unsafe other.withUnsafeBufferPointer { unsafe unsafeBase.update(from: $0.baseAddress!, count: count) }
    }

    public var array: [Element] { readOnly.array }
}

extension Shape {
    /// Elements before row `row` of axis 0; traps if `range` exceeds the tensor.
    @inlinable
    func offset(ofRow row: Int, checking range: Range<Int>) -> Int {
        precondition(range.lowerBound >= 0 && range.upperBound <= self[0], "tensor rows out of range")
        return row * self[1] * self[2] * self[3]
    }

    /// The same shape with another extent along axis 0.
    @inlinable
    func with(rows: Int) -> Shape { Shape(rank: rank, (rows, self[1], self[2], self[3])) }
}

extension Array where Element: BitwiseCopyable {
    /// Appends all elements of a tensor.
    public mutating func append(_ tensor: TensorRef<Element>) {
        unsafe append(contentsOf: UnsafeBufferPointer(start: tensor.unsafeBase, count: tensor.count))
    }

    /// Provides the array as a tensor during a call: for tests and offline code.
    public func withTensor<Result>(_ shape: Shape, _ body: (TensorRef<Element>) throws -> Result) rethrows -> Result {
        precondition(shape.count == count, "\(count) elements do not make a tensor of \(shape)")
        return unsafe try withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("an empty array has no tensor") }
            return unsafe try body(TensorRef(unsafeBase: base, shape: shape))
        }
    }
}

extension TensorRef<Float> {
    /// Whether every element is finite: 0 times any other is not 0. It has no branches, so that it is fast enough for live
    /// audio.
    public var isFinite: Bool {
        var sums = SIMD8<Float>.zero
        var index = 0
        while index + 8 <= count {
            sums += unsafe 0 * UnsafeRawPointer(unsafeBase + index).loadUnaligned(as: SIMD8<Float>.self)
            index += 8
        }
        var sum: Float = sums.sum()
        while index < count {
            sum += unsafe 0 * unsafeBase[index]
            index += 1
        }
        return sum == 0
    }
}
