public import Tensor

/// Gated recurrent unit, by PyTorch's definition (gates in the order r, z, n; two biases):
///
///     r = sigmoid(Wir x + bir + Whr h + bhr)        n = tanh(Win x + bin + r (Whn h + bhn))
///     z = sigmoid(Wiz x + biz + Whz h + bhz)        h' = (1 - z) n + z h
///
/// A sequence starts with h = 0. All inputs of a sequence are multiplied at once, and all sequences advance together.
public enum GRU {
    /// One direction's parameters, or their gradients.
    public struct Weights<Scalar: KernelScalar> {
        /// [3 width, inputs], [3 width], [3 width, width], [3 width].
        public let input, inputBias, hidden, hiddenBias: MutableTensorRef<Scalar>

        public init(
            input: MutableTensorRef<Scalar>, inputBias: MutableTensorRef<Scalar>, hidden: MutableTensorRef<Scalar>,
            hiddenBias: MutableTensorRef<Scalar>
        ) {
            self.input = input
            self.inputBias = inputBias
            self.hidden = hidden
            self.hiddenBias = hiddenBias
        }

        var width: Int { hidden.shape[1] }
        var inputs: Int { input.shape[1] }
    }

    /// Results of a direction's forward pass, and output of its backward pass. S sequences, T times.
    public struct Memory<Scalar: KernelScalar> {
        /// [S, T, 3 width]: r, z, n; after `backward`, the gradients before those non-linearities.
        public let gates: MutableTensorRef<Scalar>
        /// [S, T, 3 width]: Wh h + bh of each step; after `backward`, its gradient.
        public let recurrent: MutableTensorRef<Scalar>

        public init(gates: MutableTensorRef<Scalar>, recurrent: MutableTensorRef<Scalar>) {
            self.gates = gates
            self.recurrent = recurrent
        }
    }

    /// The columns of a direction's hidden vectors in rows that several directions may share: [S, T, stride], from `column`.
    public struct Columns<Scalar: KernelScalar> {
        public let values: MutableTensorRef<Scalar>
        public let column: Int

        public init(_ values: MutableTensorRef<Scalar>, column: Int) {
            self.values = values
            self.column = column
        }

        var stride: Int { values.shape[2] }
        var base: UnsafeMutablePointer<Scalar> { unsafe values.unsafeBase + column }
    }

    /// - Parameters:
    ///   - output: [S, T, stride]; columns `column..<column + width` are written.
    ///   - input: [S, T, inputs].
    ///   - scratch: 3 width^2 elements.
    ///   - reversed: from the last time to the first.
    ///   - blas: products of a few rows by OpenBLAS, whose sums have another order, and which takes three times as long.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func forward<Scalar: KernelScalar>(
        output: Columns<Scalar>, input: TensorRef<Scalar>, weights: Weights<Scalar>, memory: Memory<Scalar>,
        scratch: MutableTensorRef<Scalar>, reversed: Bool, blas: Bool
    ) {
        let (sequences, times) = (input.shape[0], input.shape[1])
        let (width, stride) = (weights.width, output.stride)
        precondition(
            input.shape[2] == weights.inputs && memory.gates.count == sequences * times * 3 * width
                && memory.recurrent.count == memory.gates.count && output.values.count == sequences * times * stride
                && output.column + width <= stride,
            "GRU: \(input.shape) and width \(width) do not give \(output.values.shape)")
        Affine.forward(
            output: memory.gates, input: input, weight: weights.input.readOnly, bias: weights.inputBias.readOnly)
        // Products of a few rows are three times faster with the weights transposed: [width, 3 width].
        precondition(scratch.count >= 3 * width * width, "the scratch of a GRU holds its hidden weights")
        let transposed = unsafe scratch.unsafeBase
        unsafe transpose(weights.hidden.unsafeBase, rows: 3 * width, columns: width, into: transposed)
        for step in 0..<times {
            let time = reversed ? times - 1 - step : step
            let before = reversed ? time + 1 : time - 1
            let gates = unsafe memory.gates.unsafeBase + time * 3 * width
            let recurrent = unsafe memory.recurrent.unsafeBase + time * 3 * width
            for s in 0..<sequences {
                unsafe (recurrent + s * times * 3 * width).update(
                    from: weights.hiddenBias.unsafeBase, count: 3 * width)
            }
            if step > 0 && !blas {
                unsafe Scalar.multiplySmall(
                    sequences, 3 * width, width, output.base + before * stride, rowA: times * stride, columnA: 1, transposed,
                    3 * width, adding: true, recurrent, times * 3 * width)
            } else if step > 0 {
                unsafe Scalar.multiply(
                    sequences, 3 * width, width, output.base + before * stride, times * stride, transposedA: false,
                    transposed, 3 * width, transposedB: false, beta: 1, recurrent, times * 3 * width)
            }
            for s in 0..<sequences {
                let h = unsafe output.base + (s * times + time) * stride
                // The first step has no previous one, so no pointer outside the buffer is formed.
                let previous = unsafe step > 0 ? output.base + (s * times + before) * stride : nil
                unsafe advance(
                    h, from: previous, gates: gates + s * times * 3 * width,
                    recurrent: recurrent + s * times * 3 * width, width: width)
            }
        }
    }

    /// Adds to the weights' gradients; writes the input's gradient. The memory of the forward pass is overwritten.
    /// - Parameters:
    ///   - outputGradient: [S, T, stride]; this direction's columns are overwritten too.
    ///   - inputGradient: [S, T, inputs]; overwritten, or added to if `accumulating` (the second direction).
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func backward<Scalar: KernelScalar>(
        outputGradient: Columns<Scalar>, inputGradient: MutableTensorRef<Scalar>, accumulating: Bool,
        weightGradients: Weights<Scalar>, output: Columns<Scalar>, input: TensorRef<Scalar>,
        weights: Weights<Scalar>, memory: Memory<Scalar>, reversed: Bool
    ) {
        let (sequences, times) = (input.shape[0], input.shape[1])
        let (width, stride) = (weights.width, output.stride)
        precondition(
            outputGradient.values.count == output.values.count && memory.gates.count == sequences * times * 3 * width,
            "GRU backward: \(outputGradient.values.shape) does not belong to \(output.values.shape)")
        for step in (0..<times).reversed() {
            let time = reversed ? times - 1 - step : step
            let before = reversed ? time + 1 : time - 1
            for s in 0..<sequences {
                let row = s * times + time
                let offset = (s * times + before) * stride
                let previous = unsafe step > 0 ? output.base + offset : nil
                let previousGradient = unsafe step > 0 ? outputGradient.base + offset : nil
                unsafe retreat(
                    gradient: outputGradient.base + row * stride, previous: previous,
                    previousGradient: previousGradient,
                    gates: memory.gates.unsafeBase + row * 3 * width,
                    recurrent: memory.recurrent.unsafeBase + row * 3 * width, width: width)
            }
            if step > 0 {
                unsafe Scalar.multiplySmall(
                    sequences, width, 3 * width, memory.recurrent.unsafeBase + time * 3 * width, rowA: times * 3 * width,
                    columnA: 1, weights.hidden.unsafeBase, width, adding: true, outputGradient.base + before * stride,
                    times * stride)
            }
        }
        Affine.backward(
            outputGradient: memory.gates.readOnly, inputGradient: inputGradient, accumulating: accumulating,
            weightGradient: weightGradients.input, biasGradient: weightGradients.inputBias, input: input,
            weight: weights.input.readOnly)
        unsafe Affine.addColumns(
            UnsafePointer(memory.recurrent.unsafeBase), rows: sequences * times, columns: 3 * width,
            stride: 3 * width, to: weightGradients.hiddenBias.unsafeBase)
        // Every step except the first of each sequence used the hidden vector of the previous step.
        for s in 0..<sequences where times > 1 {
            let (after, before) = reversed ? (s * times, s * times + 1) : (s * times + 1, s * times)
            unsafe Scalar.multiply(
                3 * width, width, times - 1, memory.recurrent.unsafeBase + after * 3 * width, 3 * width,
                transposedA: true, output.base + before * stride, stride, transposedB: false, beta: 1,
                weightGradients.hidden.unsafeBase, width)
        }
    }

    /// One direction's parameters for steps of one sequence.
    public struct StepWeights {
        /// [3 width, inputs] and [3 width, width].
        public let input, hidden: StreamedWeights.Matrix
        /// [3 width].
        public let inputBias, hiddenBias: TensorRef<Float>

        public init(
            input: StreamedWeights.Matrix, inputBias: TensorRef<Float>, hidden: StreamedWeights.Matrix, hiddenBias: TensorRef<Float>
        ) {
            self.input = input
            self.inputBias = inputBias
            self.hidden = hidden
            self.hiddenBias = hiddenBias
        }
    }

    /// One step of one sequence, for streaming.
    /// - Parameters:
    ///   - hidden: [width]; h, replaced by h'.
    ///   - input: [inputs].
    ///   - gates, recurrent: [3 width] of scratch each.
    public static func step(
        hidden: MutableTensorRef<Float>, input: TensorRef<Float>, weights: StepWeights, gates: MutableTensorRef<Float>,
        recurrent: MutableTensorRef<Float>
    ) {
        let width = hidden.count
        precondition(gates.count == 3 * width && recurrent.count == 3 * width)
        weights.input.multiply(input, bias: weights.inputBias, into: gates)
        weights.hidden.multiply(hidden.readOnly, bias: weights.hiddenBias, into: recurrent)
        unsafe advance(
            hidden.unsafeBase, from: UnsafePointer(hidden.unsafeBase), gates: gates.unsafeBase,
            recurrent: recurrent.unsafeBase, width: width)
    }

    /// In strips of a cache line of the result, which are written whole.
    @inline(__always)
    @unsafe private static func transpose<Scalar: KernelScalar>(
        _ matrix: UnsafePointer<Scalar>, rows: Int, columns: Int, into transposed: UnsafeMutablePointer<Scalar>
    ) {
        for first in stride(from: 0, to: rows, by: 16) {
            let strip = first..<Swift.min(first + 16, rows)
            for c in 0..<columns {
                for row in strip { unsafe transposed[c * rows + row] = matrix[row * columns + c] }
            }
        }
    }

    /// h' from the gates' sums, which become r, z, n. `h` and `previous` may be the same; nil is h = 0.
    @inline(__always)
    @unsafe private static func advance<Scalar: KernelScalar>(
        _ h: UnsafeMutablePointer<Scalar>, from previous: UnsafePointer<Scalar>?, gates: UnsafeMutablePointer<Scalar>,
        recurrent: UnsafePointer<Scalar>, width: Int
    ) {
        for c in 0..<2 * width { unsafe gates[c] = Activation.logistic(gates[c] + recurrent[c]) }
        let candidate = unsafe gates + 2 * width
        // Loops over few arrays vectorise.
        for c in 0..<width { unsafe candidate[c] += gates[c] * recurrent[2 * width + c] }
        for c in 0..<width { unsafe candidate[c] = Activation.hyperbolicTangent(candidate[c]) }
        let z = unsafe gates + width
        if let previous = unsafe previous {
            for c in 0..<width { unsafe h[c] = candidate[c] + z[c] * (previous[c] - candidate[c]) }
        } else {
            for c in 0..<width { unsafe h[c] = candidate[c] - z[c] * candidate[c] }
        }
    }

    /// From dL/dh' to the gradients of the gates' sums (in `gates` and `recurrent`), and z dL/dh' to the previous step.
    @inline(__always)
    @unsafe private static func retreat<Scalar: KernelScalar>(
        gradient: UnsafePointer<Scalar>, previous: UnsafePointer<Scalar>?,
        previousGradient: UnsafeMutablePointer<Scalar>?, gates: UnsafeMutablePointer<Scalar>,
        recurrent: UnsafeMutablePointer<Scalar>, width: Int
    ) {
        if let previousGradient = unsafe previousGradient {
            for c in 0..<width { unsafe previousGradient[c] += gradient[c] * gates[width + c] }
        }
        // Loops over few arrays vectorise. The gradients of r and z are equal in both tensors, and n's differ by the factor r.
        let (r, z, n) = unsafe (gates, gates + width, gates + 2 * width)
        let (reset, update, candidate) = unsafe (recurrent, recurrent + width, recurrent + 2 * width)
        if let previous = unsafe previous {
            for c in 0..<width { unsafe update[c] = gradient[c] * (previous[c] - n[c]) * z[c] * (1 - z[c]) }
        } else {
            for c in 0..<width { unsafe update[c] = gradient[c] * (0 - n[c]) * z[c] * (1 - z[c]) }
        }
        for c in 0..<width { unsafe n[c] = gradient[c] * (1 - z[c]) * (1 - n[c] * n[c]) }
        for c in 0..<width { unsafe reset[c] = n[c] * candidate[c] * r[c] * (1 - r[c]) }
        for c in 0..<width { unsafe candidate[c] = n[c] * r[c] }
        for c in 0..<2 * width { unsafe gates[c] = recurrent[c] }
    }
}
