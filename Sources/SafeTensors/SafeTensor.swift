/// Supported element types; raw values are those of the format.
public enum ElementType: String, Sendable, CaseIterable {
    case float16 = "F16"
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case int32 = "I32"
    case uint8 = "U8"

    /// Size of one element in bytes.
    public var size: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16: 2
        case .uint8: 1
        }
    }
}

/// One named tensor of a file: row-major, little-endian, as the format stores it.
public struct SafeTensor: Sendable, Hashable {
    public let name: String
    public let type: ElementType
    /// Extents, slowest first; empty for a single number.
    public let shape: [Int]
    public let bytes: [UInt8]

    init(name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
        self.name = name
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// - Parameter values: row-major, as many as the product of `shape`.
    public init(_ name: String, _ values: [Float], shape: [Int]) {
        self.init(name: name, type: .float32, shape: shape, words: values.map(\.bitPattern))
    }
    /// Numbers of 16 bits, see `Half`.
    public init(_ name: String, halves values: [UInt16], shape: [Int]) {
        self.init(name: name, type: .float16, shape: shape, words: values)
    }
    public init(_ name: String, _ values: [Double], shape: [Int]) {
        self.init(name: name, type: .float64, shape: shape, words: values.map(\.bitPattern))
    }
    public init(_ name: String, _ values: [Int64], shape: [Int]) {
        self.init(name: name, type: .int64, shape: shape, words: values)
    }
    public init(_ name: String, _ values: [Int32], shape: [Int]) {
        self.init(name: name, type: .int32, shape: shape, words: values)
    }
    public init(_ name: String, _ values: [UInt8], shape: [Int]) {
        self.init(name: name, type: .uint8, shape: shape, words: values)
    }

    private init<Word: FixedWidthInteger>(name: String, type: ElementType, shape: [Int], words: [Word]) {
        precondition(
            shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == words.count,
            "\(words.count) elements do not make a tensor of \(shape)")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(words.count * type.size)
        for word in words {
            for shift in 0..<type.size { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
        }
        self.init(name: name, type: type, shape: shape, bytes: bytes)
    }

    /// Elements as little-endian words; `Word` is as wide as an element.
    func words<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_: Word.Type) -> [Word] {
        let size = Word.bitWidth / 8
        return unsafe bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / size).map { Word(littleEndian: unsafe bytes.loadUnaligned(fromByteOffset: $0 * size, as: Word.self)) }
        }
    }
}
