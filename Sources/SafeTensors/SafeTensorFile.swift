/// A safetensors file in memory (huggingface.co/docs/safetensors): eight bytes of header length, a JSON header, then the
/// tensors' bytes without gap or overlap.
public struct SafeTensorFile: Sendable {
    /// The path that it was read from, for messages.
    public let path: String
    /// In the order of their bytes.
    public let tensors: [SafeTensor]
    public let metadata: [String: String]
    private let index: [String: Int]

    /// - Parameter tensors: names differ from one another and from "__metadata__".
    public init(tensors: [SafeTensor], metadata: [String: String] = [:], path: String = "(in memory)") {
        self.path = path
        self.tensors = tensors
        self.metadata = metadata
        var index: [String: Int] = [:]
        for (i, tensor) in tensors.enumerated() {
            precondition(tensor.name != Self.metadataKey, "\(Self.metadataKey) names no tensor")
            precondition(index.updateValue(i, forKey: tensor.name) == nil, "two tensors are named \(tensor.name)")
        }
        self.index = index
    }

    static let metadataKey = "__metadata__"

    public var names: [String] { tensors.map(\.name) }

    public func tensor(_ name: String) throws(SafeTensorsError) -> SafeTensor {
        guard let i = index[name] else { throw .missingTensor(path: path, tensor: name) }
        return tensors[i]
    }

    /// Elements of a float32 or float16 tensor, row-major.
    ///
    /// - Parameter shape: the required shape, if given.
    public func floats(_ name: String, shape: [Int]? = nil) throws(SafeTensorsError) -> [Float] {
        let tensor = try typed(name, .float32, .float16, shape: shape)
        guard tensor.type == .float32 else { return tensor.words(UInt16.self).map { Half.value($0) } }
        return tensor.words(UInt32.self).map { Float(bitPattern: $0) }
    }

    /// Checks that a float32 or float16 tensor of this shape exists, without copying it.
    public func demand(_ name: String, shape: [Int]) throws(SafeTensorsError) { _ = try typed(name, .float32, .float16, shape: shape) }

    /// Elements of a float64 tensor.
    public func doubles(_ name: String, shape: [Int]? = nil) throws(SafeTensorsError) -> [Double] {
        try typed(name, .float64, shape: shape).words(UInt64.self).map { Double(bitPattern: $0) }
    }

    /// Elements of an int64 tensor.
    public func int64s(_ name: String, shape: [Int]? = nil) throws(SafeTensorsError) -> [Int64] {
        try typed(name, .int64, shape: shape).words(UInt64.self).map { Int64(bitPattern: $0) }
    }

    /// Elements of an int32 tensor.
    public func int32s(_ name: String, shape: [Int]? = nil) throws(SafeTensorsError) -> [Int32] {
        try typed(name, .int32, shape: shape).words(UInt32.self).map { Int32(bitPattern: $0) }
    }

    /// Elements of a uint8 tensor.
    public func uint8s(_ name: String, shape: [Int]? = nil) throws(SafeTensorsError) -> [UInt8] {
        try typed(name, .uint8, shape: shape).bytes
    }

    private func typed(_ name: String, _ types: ElementType..., shape: [Int]?) throws(SafeTensorsError) -> SafeTensor {
        let tensor = try tensor(name)
        guard types.contains(tensor.type) else {
            let expected = types.map(\.rawValue).joined(separator: " or ")
            throw .wrongType(path: path, tensor: name, expected: expected, found: tensor.type.rawValue)
        }
        if let shape, shape != tensor.shape {
            throw .wrongShape(path: path, tensor: name, expected: shape, found: tensor.shape)
        }
        return tensor
    }
}
