public import Tensor

/// y = x W^T + b. Weights are [outputs, inputs], as in PyTorch; rows are the batch dimension.
public enum Affine {
    /// - Parameters:
    ///   - output: [rows, outputs].
    ///   - input: [rows, inputs].
    ///   - weight: [outputs, inputs].
    ///   - bias: [outputs].
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func forward<Scalar: KernelScalar>(
        output: MutableTensorRef<Scalar>, input: TensorRef<Scalar>, weight: TensorRef<Scalar>, bias: TensorRef<Scalar>
    ) {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let rows = output.count / outputs
        precondition(
            output.count == rows * outputs && input.count == rows * inputs && bias.count == outputs,
            "affine: \(input.shape) by \(weight.shape) does not give \(output.shape)")
        let (y, b) = unsafe (output.unsafeBase, bias.unsafeBase)
        for row in 0..<rows { unsafe (y + row * outputs).update(from: b, count: outputs) }
        if rows == 1 {
            unsafe Scalar.multiply(outputs, inputs, weight.unsafeBase, inputs, input.unsafeBase, beta: 1, y)
        } else {
            unsafe Scalar.multiply(
                rows, outputs, inputs, input.unsafeBase, inputs, transposedA: false, weight.unsafeBase, inputs,
                transposedB: true, beta: 1, y, outputs)
        }
    }

    /// Adds to the gradients of weight and bias; writes the input's gradient if requested.
    /// - Parameters:
    ///   - outputGradient: [rows, outputs].
    ///   - inputGradient: [rows, inputs]; overwritten, or added to if `accumulating`.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func backward<Scalar: KernelScalar>(
        outputGradient: TensorRef<Scalar>, inputGradient: MutableTensorRef<Scalar>?, accumulating: Bool = false,
        weightGradient: MutableTensorRef<Scalar>, biasGradient: MutableTensorRef<Scalar>, input: TensorRef<Scalar>,
        weight: TensorRef<Scalar>
    ) {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let rows = outputGradient.count / outputs
        precondition(
            outputGradient.count == rows * outputs && input.count == rows * inputs
                && weightGradient.count == weight.count && biasGradient.count == outputs,
            "affine backward: \(input.shape) by \(weight.shape) does not give \(outputGradient.shape)")
        let dy = unsafe outputGradient.unsafeBase
        unsafe Scalar.multiply(
            outputs, inputs, rows, dy, outputs, transposedA: true, input.unsafeBase, inputs, transposedB: false,
            beta: 1, weightGradient.unsafeBase, inputs)
        unsafe addColumns(dy, rows: rows, columns: outputs, stride: outputs, to: biasGradient.unsafeBase)
        if let inputGradient {
            precondition(inputGradient.count == input.count, "an input's gradient has the length of the input")
            unsafe Scalar.multiply(
                rows, inputs, outputs, dy, outputs, transposedA: false, weight.unsafeBase, inputs, transposedB: false,
                beta: accumulating ? 1 : 0, inputGradient.unsafeBase, inputs)
        }
    }

    /// sums[c] += the sum of column c of matrix[rows x columns].
    @inline(__always)
    @unsafe static func addColumns<Scalar: KernelScalar>(
        _ matrix: UnsafePointer<Scalar>, rows: Int, columns: Int, stride: Int, to sums: UnsafeMutablePointer<Scalar>
    ) {
        for row in 0..<rows {
            let values = unsafe matrix + row * stride
            for c in 0..<columns { unsafe sums[c] += values[c] }
        }
    }
}
