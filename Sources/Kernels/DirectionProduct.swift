public import Tensor

/// Combines the two directions of the paper's recurrent layers: tanh(forward) tanh(backward), which is why figure 1 shows 128
/// and not 256 features after them.
public enum DirectionProduct {
    /// - Parameters:
    ///   - output: [rows, width].
    ///   - input: [rows, 2 width]; forward, then backward.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func forward<Scalar: KernelScalar>(
        output: MutableTensorRef<Scalar>, input: TensorRef<Scalar>, width: Int
    ) {
        precondition(input.count == 2 * output.count && output.count % width == 0, "two directions make one product")
        for row in 0..<output.count / width {
            let y = unsafe output.unsafeBase + row * width
            let x = unsafe input.unsafeBase + row * 2 * width
            for c in 0..<width {
                unsafe y[c] = Activation.hyperbolicTangent(x[c]) * Activation.hyperbolicTangent(x[width + c])
            }
        }
    }

    /// - Parameter inputGradient: [rows, 2 width]; overwritten.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func backward<Scalar: KernelScalar>(
        inputGradient: MutableTensorRef<Scalar>, outputGradient: TensorRef<Scalar>, input: TensorRef<Scalar>, width: Int
    ) {
        precondition(
            input.count == 2 * outputGradient.count && inputGradient.count == input.count,
            "two directions make one product")
        for row in 0..<outputGradient.count / width {
            let dy = unsafe outputGradient.unsafeBase + row * width
            let x = unsafe input.unsafeBase + row * 2 * width
            let dx = unsafe inputGradient.unsafeBase + row * 2 * width
            for c in 0..<width {
                let ahead = unsafe Activation.hyperbolicTangent(x[c])
                let back = unsafe Activation.hyperbolicTangent(x[width + c])
                unsafe dx[c] = dy[c] * back * (1 - ahead * ahead)
                unsafe dx[width + c] = dy[c] * ahead * (1 - back * back)
            }
        }
    }
}
