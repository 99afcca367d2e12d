public import Tensor

/// Single-head self-attention without biases and without scaling of the product (Vaswani et al., NeurIPS 2017, section 3.2):
///
///     Q = x Wq^T    K = x Wk^T    V = x Wv^T    P = softmax over columns of Q K^T    y = P V
///
/// Sequences are independent. Scores are not masked: every time attends to every other.
public enum Attention {
    /// The three projections, each [width, inputs], or their gradients.
    public struct Weights<Scalar: KernelScalar> {
        public let query, key, value: MutableTensorRef<Scalar>

        public init(query: MutableTensorRef<Scalar>, key: MutableTensorRef<Scalar>, value: MutableTensorRef<Scalar>) {
            self.query = query
            self.key = key
            self.value = value
        }

        var all: [MutableTensorRef<Scalar>] { [query, key, value] }
    }

    /// Results of the forward pass for the backward pass, and its working memory. S sequences, T times.
    public struct Memory<Scalar: KernelScalar> {
        /// [S, T, width] each: Q, K, V, and their gradients.
        let projections, projectionGradients: [MutableTensorRef<Scalar>]
        /// [S, T, T]: P, row = the attending time.
        public let weights: MutableTensorRef<Scalar>
        /// [S, T, T]: the gradient of P, then of the scores.
        let weightsGradient: MutableTensorRef<Scalar>

        /// Places of the state's tensors in an arena.
        public struct Places {
            fileprivate let projections, projectionGradients: [ArenaLayout<Scalar>.Place]
            fileprivate let weights, weightsGradient: ArenaLayout<Scalar>.Place

            public init(sequences: Int, times: Int, width: Int, in layout: inout ArenaLayout<Scalar>) {
                projections = layout.add(Shape(sequences, times, width), times: 3)
                projectionGradients = layout.add(Shape(sequences, times, width), times: 3)
                weights = layout.add(Shape(sequences, times, times))
                weightsGradient = layout.add(Shape(sequences, times, times))
            }
        }

        public init(_ places: Places, in arena: borrowing Arena<Scalar>) {
            (projections, projectionGradients) = (arena[places.projections], arena[places.projectionGradients])
            (weights, weightsGradient) = (arena[places.weights], arena[places.weightsGradient])
        }
    }

    /// - Parameters:
    ///   - output: [S, T, width].
    ///   - input: [S, T, inputs].
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func forward<Scalar: KernelScalar>(
        output: MutableTensorRef<Scalar>, input: TensorRef<Scalar>, weights: Weights<Scalar>, memory: Memory<Scalar>
    ) {
        let (sequences, times) = (input.shape[0], input.shape[1])
        let (width, inputs) = (weights.query.shape[0], weights.query.shape[1])
        precondition(
            input.shape[2] == inputs && output.count == sequences * times * width
                && memory.projections[0].count == output.count && memory.weights.count == sequences * times * times,
            "attention: \(input.shape) by \(weights.query.shape) does not give \(output.shape)")
        for (projection, weight) in zip(memory.projections, weights.all) {
            unsafe Scalar.multiply(
                sequences * times, width, inputs, input.unsafeBase, inputs, transposedA: false, weight.unsafeBase,
                inputs, transposedB: true, beta: 0, projection.unsafeBase, width)
        }
        for s in 0..<sequences {
            let at = s * times * width
            let p = unsafe memory.weights.unsafeBase + s * times * times
            unsafe Scalar.multiply(
                times, times, width, memory.projections[0].unsafeBase + at, width, transposedA: false,
                memory.projections[1].unsafeBase + at, width, transposedB: true, beta: 0, p, times)
            for t in 0..<times { unsafe softmax(p + t * times, times) }
            unsafe Scalar.multiply(
                times, width, times, p, times, transposedA: false, memory.projections[2].unsafeBase + at, width,
                transposedB: false, beta: 0, output.unsafeBase + at, width)
        }
    }

    /// Adds to the weights' gradients; overwrites the input's.
    /// - Parameters:
    ///   - outputGradient: [S, T, width].
    ///   - inputGradient: [S, T, inputs].
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func backward<Scalar: KernelScalar>(
        outputGradient: TensorRef<Scalar>, inputGradient: MutableTensorRef<Scalar>, weightGradients: Weights<Scalar>,
        input: TensorRef<Scalar>, weights: Weights<Scalar>, memory: Memory<Scalar>
    ) {
        let (sequences, times) = (input.shape[0], input.shape[1])
        let (width, inputs) = (weights.query.shape[0], weights.query.shape[1])
        precondition(
            input.shape[2] == inputs && outputGradient.count == sequences * times * width
                && inputGradient.count == input.count && memory.projections[0].count == outputGradient.count,
            "attention backward: \(input.shape) by \(weights.query.shape) does not give \(outputGradient.shape)")
        for s in 0..<sequences {
            let at = s * times * width
            let dy = unsafe outputGradient.unsafeBase + at
            let p = unsafe memory.weights.unsafeBase + s * times * times
            let dp = unsafe memory.weightsGradient.unsafeBase + s * times * times
            let (query, key, value) = unsafe (
                memory.projections[0].unsafeBase + at, memory.projections[1].unsafeBase + at,
                memory.projections[2].unsafeBase + at
            )
            let (dQuery, dKey, dValue) = unsafe (
                memory.projectionGradients[0].unsafeBase + at, memory.projectionGradients[1].unsafeBase + at,
                memory.projectionGradients[2].unsafeBase + at
            )
            unsafe Scalar.multiply(
                times, width, times, p, times, transposedA: true, dy, width, transposedB: false, beta: 0, dValue, width)
            unsafe Scalar.multiply(
                times, times, width, dy, width, transposedA: false, value, width, transposedB: true, beta: 0, dp, times)
            for t in 0..<times { unsafe softmaxBackward(dp + t * times, p + t * times, times) }
            unsafe Scalar.multiply(
                times, width, times, dp, times, transposedA: false, key, width, transposedB: false, beta: 0, dQuery, width)
            unsafe Scalar.multiply(
                times, width, times, dp, times, transposedA: true, query, width, transposedB: false, beta: 0, dKey, width)
        }
        for i in 0..<3 {
            let gradient = memory.projectionGradients[i]
            unsafe Scalar.multiply(
                width, inputs, sequences * times, gradient.unsafeBase, width, transposedA: true, input.unsafeBase,
                inputs, transposedB: false, beta: 1, weightGradients.all[i].unsafeBase, inputs)
            unsafe Scalar.multiply(
                sequences * times, inputs, width, gradient.unsafeBase, width, transposedA: false,
                weights.all[i].unsafeBase, inputs, transposedB: false, beta: i == 0 ? 0 : 1, inputGradient.unsafeBase,
                inputs)
        }
    }

    /// x = e^x / sum e^x, in place; the largest score is subtracted first, against overflow.
    @inline(__always)
    @unsafe private static func softmax<Scalar: KernelScalar>(_ x: UnsafeMutablePointer<Scalar>, _ count: Int) {
        var largest = unsafe x[0]
        for i in 1..<count { unsafe largest = Swift.max(largest, x[i]) }
        var sum: Scalar = 0
        for i in 0..<count {
            unsafe x[i] = Scalar.exponential(x[i] - largest)
            unsafe sum += x[i]
        }
        for i in 0..<count { unsafe x[i] /= sum }
    }

    /// From the gradient of the probabilities to that of the scores, in place: p (g - sum p g).
    @inline(__always)
    @unsafe private static func softmaxBackward<Scalar: KernelScalar>(
        _ gradient: UnsafeMutablePointer<Scalar>, _ p: UnsafePointer<Scalar>, _ count: Int
    ) {
        var mean: Scalar = 0
        for i in 0..<count { unsafe mean += p[i] * gradient[i] }
        for i in 0..<count { unsafe gradient[i] = p[i] * (gradient[i] - mean) }
    }
}
