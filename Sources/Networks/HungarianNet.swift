public import Kernels
public import Tensor

/// A differentiable network from a matrix of distances to an association of its rows and columns
///
/// It processes a fixed number of matrices, S; N = maximumTracks. Rows are predictions, columns references. Distances of unit
/// vectors are at most 2, and larger entries only mark absent tracks. The network clips them to `distanceLimit`, so that no
/// weight depends on their size.
public final class HungarianNet<Scalar: KernelScalar> {
    public let matrices: Int
    public let maximumTracks: Int
    /// [S, N, N]: logits of "row i is column j".
    public let associationLogits: MutableTensorRef<Scalar>
    /// [S, N]: the largest logit of each row, and of each column.
    public let rowMaxima, columnMaxima: MutableTensorRef<Scalar>

    private let width: Int
    /// [S, N, N]: the distances, none above the limit.
    private let limited: MutableTensorRef<Scalar>
    /// [S, N, width]: of the recurrent layer and of the attention's tanh, and gradients.
    private let hidden, hiddenGradient, attended, attendedGradient: MutableTensorRef<Scalar>
    private let logitGradient: MutableTensorRef<Scalar>
    private let recurrentMemory: GRU.Memory<Scalar>
    private let attentionMemory: Attention.Memory<Scalar>
    private let scratch: MutableTensorRef<Scalar>
    private let arena: Arena<Scalar>

    /// The limit above which distances are equal for the network.
    public static var distanceLimit: Scalar { 4 }

    public init(maximumTracks: Int, width: Int = 128, matrices: Int) {
        precondition(matrices >= 1, "a Hungarian network takes at least one matrix")
        (self.maximumTracks, self.width, self.matrices) = (maximumTracks, width, matrices)
        let square = Shape(matrices, maximumTracks, maximumTracks)
        let line = Shape(matrices, maximumTracks)
        let rows = Shape(matrices, maximumTracks, width)
        let gates = Shape(matrices, maximumTracks, 3 * width)
        let turned = Shape(3 * width * width)
        var layout = ArenaLayout<Scalar>()
        let (squares, lines) = (layout.add(square, times: 3), layout.add(line, times: 2))
        let (units, recurrent) = (layout.add(rows, times: 4), layout.add(gates, times: 2))
        let attention = Attention.Memory<Scalar>.Places(
            sequences: matrices, times: maximumTracks, width: width, in: &layout)
        let weights = layout.add(turned)
        let arena = Arena(layout)
        (associationLogits, logitGradient, limited) = (arena[squares[0]], arena[squares[1]], arena[squares[2]])
        (rowMaxima, columnMaxima) = (arena[lines[0]], arena[lines[1]])
        (hidden, hiddenGradient) = (arena[units[0]], arena[units[1]])
        (attended, attendedGradient) = (arena[units[2]], arena[units[3]])
        recurrentMemory = GRU.Memory(gates: arena[recurrent[0]], recurrent: arena[recurrent[1]])
        attentionMemory = Attention.Memory(attention, in: arena)
        scratch = arena[weights]
        self.arena = arena
    }

    /// - Parameter distances: [S, N, N].
    public func forward(_ distances: TensorRef<Scalar>, _ parameters: HungarianParameters<Scalar>) {
        check(distances, parameters)
        for i in 0..<distances.count { limited[i] = min(distances[i], Self.distanceLimit) }
        GRU.forward(
            output: GRU.Columns(hidden, column: 0), input: limited.readOnly, weights: parameters.recurrent,
            memory: recurrentMemory, scratch: scratch, reversed: false, blas: true)
        Attention.forward(
            output: attended, input: hidden.readOnly, weights: parameters.attention, memory: attentionMemory)
        Activation.tanh(attended)
        Affine.forward(
            output: associationLogits, input: attended.readOnly, weight: parameters.associationWeight.readOnly,
            bias: parameters.associationBias.readOnly)
        for line in 0..<matrices * maximumTracks {
            rowMaxima[line] = associationLogits[largest(line, inRow: true)]
            columnMaxima[line] = associationLogits[largest(line, inRow: false)]
        }
    }

    /// Adds to the parameters' gradients and overwrites the distances'. Called once after each `forward`, whose results it
    /// overwrites.
    /// - Parameters:
    ///   - associationGradient: [S, N, N]; `rowGradient` and `columnGradient`: [S, N].
    ///   - gradients: for a frozen network, an unused block.
    ///   - distanceGradient: [S, N, N].
    public func backward(
        _ distances: TensorRef<Scalar>, associationGradient: TensorRef<Scalar>, rowGradient: TensorRef<Scalar>,
        columnGradient: TensorRef<Scalar>, _ parameters: HungarianParameters<Scalar>,
        gradients: HungarianParameters<Scalar>, distanceGradient: MutableTensorRef<Scalar>
    ) {
        check(distances, parameters)
        logitGradient.copy(from: associationGradient)
        // The gradient of a maximum belongs to the largest entry.
        for line in 0..<matrices * maximumTracks {
            logitGradient[largest(line, inRow: true)] += rowGradient[line]
            logitGradient[largest(line, inRow: false)] += columnGradient[line]
        }
        Affine.backward(
            outputGradient: logitGradient.readOnly, inputGradient: attendedGradient,
            weightGradient: gradients.associationWeight, biasGradient: gradients.associationBias,
            input: attended.readOnly, weight: parameters.associationWeight.readOnly)
        Activation.tanhBackward(attendedGradient, output: attended.readOnly)
        Attention.backward(
            outputGradient: attendedGradient.readOnly, inputGradient: hiddenGradient,
            weightGradients: gradients.attention, input: hidden.readOnly, weights: parameters.attention,
            memory: attentionMemory)
        GRU.backward(
            outputGradient: GRU.Columns(hiddenGradient, column: 0), inputGradient: distanceGradient,
            accumulating: false, weightGradients: gradients.recurrent, output: GRU.Columns(hidden, column: 0),
            input: limited.readOnly, weights: parameters.recurrent, memory: recurrentMemory, reversed: false)
        for i in 0..<distances.count where distances[i] > Self.distanceLimit { distanceGradient[i] = 0 }
    }

    /// The index of the largest logit of a row or column; the first among equals.
    private func largest(_ line: Int, inRow: Bool) -> Int {
        let n = maximumTracks
        let (start, stride) = inRow ? (line * n, 1) : (line / n * n * n + line % n, n)
        var best = start
        for k in 1..<max(n, 1) where associationLogits[start + k * stride] > associationLogits[best] {
            best = start + k * stride
        }
        return best
    }

    private func check(_ distances: TensorRef<Scalar>, _ parameters: HungarianParameters<Scalar>) {
        precondition(
            distances.shape == associationLogits.shape && parameters.width == width
                && parameters.maximumTracks == maximumTracks,
            "a network of \(associationLogits.shape) matrices and \(width) units, its distances and its parameters")
    }
}
