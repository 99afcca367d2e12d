import SafeTensors
import Tensor

/// The type of weights in a file: matrices and kernels. Biases, normalization and scaler, of which there are few, are always F32.
/// In memory all are Float.
public enum WeightType: String, CaseIterable, Sendable {
    case float32 = "f32"
    case float16 = "f16"

    /// Whether a parameter is stored in this type.
    private func holds(_ values: TensorRef<Float>) -> Bool { self == .float16 && values.shape.array.count > 1 }

    /// A parameter as it is stored.
    /// - Throws: `tooLarge`.
    func tensor(_ name: String, _ values: TensorRef<Float>) throws(ModelError) -> SafeTensor {
        guard holds(values) else { return SafeTensor(name, values.array, shape: values.shape.array) }
        return SafeTensor(name, halves: try Self.halves(name, values), shape: values.shape.array)
    }

    /// A parameter as it is read again.
    /// - Throws: `tooLarge`.
    func rounded(_ name: String, _ values: TensorRef<Float>) throws(ModelError) -> [Float] {
        holds(values) ? try Self.halves(name, values).map { Half.value($0) } : values.array
    }

    private static func halves(_ name: String, _ values: TensorRef<Float>) throws(ModelError) -> [UInt16] {
        var halves: [UInt16] = []
        for value in values.array {
            guard let bits = Half.bits(value) else { throw .tooLarge(tensor: name, value: value) }
            halves.append(bits)
        }
        return halves
    }

    /// The type of a file's weights.
    init(of file: SafeTensorFile) { self = file.tensors.contains { $0.type == .float16 } ? .float16 : .float32 }
}
