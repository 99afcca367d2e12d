internal import Kernels
internal import Tensor

/// The two recurrent layers for a batch. Sequences are independent: each method processes a range of them.
final class RecurrentStage<Scalar: KernelScalar> {
    private let width: Int
    private let directions: Int
    /// By layer: [B, T, directions x width], and gradients.
    private let hidden, hiddenGradient: [MutableTensorRef<Scalar>]
    /// By layer, then direction.
    private let memory: [[GRU.Memory<Scalar>]]
    /// `paper`: [B, T, width], the product of both directions' tanh, and its gradient; nil in the `live` form.
    private let product: (values: MutableTensorRef<Scalar>, gradient: MutableTensorRef<Scalar>)?
    private let arena: Arena<Scalar>

    /// [B, T, width]: the input of the heads, and its gradient.
    var output: MutableTensorRef<Scalar> { product?.values ?? hidden[hidden.count - 1] }
    var outputGradient: MutableTensorRef<Scalar> { product?.gradient ?? hiddenGradient[hidden.count - 1] }

    /// Elements of scratch provided by each worker.
    var scratchCount: Int { 3 * width * width }

    init(_ architecture: DOAnetArchitecture, sequences: Int, blocks: Int) {
        let (width, directions) = (architecture.gruWidth, architecture.directionNames.count)
        (self.width, self.directions) = (width, directions)
        let layers = DOAnetArchitecture.recurrentLayers
        let both = Shape(sequences, blocks, directions * width)
        let one = Shape(sequences, blocks, width)
        let gates = Shape(sequences, blocks, 3 * width)
        var layout = ArenaLayout<Scalar>()
        let places = (0..<layers).map { _ in
            (values: layout.add(both), gradient: layout.add(both), memory: layout.add(gates, times: 2 * directions))
        }
        let outputs = directions == 2 ? layout.add(one, times: 2) : []
        let arena = Arena(layout)
        (hidden, hiddenGradient) = (arena[places.map(\.values)], arena[places.map(\.gradient)])
        var memory: [[GRU.Memory<Scalar>]] = []
        for layer in places {
            let tensors = arena[layer.memory]
            memory.append((0..<directions).map { GRU.Memory(gates: tensors[2 * $0], recurrent: tensors[2 * $0 + 1]) })
        }
        self.memory = memory
        product = outputs.isEmpty ? nil : (arena[outputs[0]], arena[outputs[1]])
        self.arena = arena
    }

    /// - Parameters:
    ///   - input: [B, T, features].
    ///   - scratch: the worker's own, at least `scratchCount` elements.
    func forward(
        _ range: Range<Int>, input: TensorRef<Scalar>, weights: [[GRU.Weights<Scalar>]], training: Bool,
        scratch: MutableTensorRef<Scalar>
    ) {
        if range.isEmpty { return }
        for layer in hidden.indices {
            for direction in 0..<directions {
                GRU.forward(
                    output: columns(hidden[layer], range, direction),
                    input: (layer == 0 ? input : hidden[layer - 1].readOnly).rows(range),
                    weights: weights[layer][direction], memory: part(layer, direction, range), scratch: scratch,
                    reversed: direction == 1, blas: !training)
            }
        }
        if let product {
            DirectionProduct.forward(
                output: product.values.rows(range), input: hidden[hidden.count - 1].rows(range).readOnly, width: width)
        }
    }

    /// - Parameters:
    ///   - inputGradient: [B, T, features]; overwritten.
    ///   - gradients: added to.
    func backward(
        _ range: Range<Int>, input: TensorRef<Scalar>, inputGradient: MutableTensorRef<Scalar>,
        weights: [[GRU.Weights<Scalar>]], gradients: [[GRU.Weights<Scalar>]]
    ) {
        if range.isEmpty { return }
        let last = hidden.count - 1
        if let product {
            DirectionProduct.backward(
                inputGradient: hiddenGradient[last].rows(range), outputGradient: product.gradient.rows(range).readOnly,
                input: hidden[last].rows(range).readOnly, width: width)
        }
        for layer in hidden.indices.reversed() {
            for direction in 0..<directions {
                GRU.backward(
                    outputGradient: columns(hiddenGradient[layer], range, direction),
                    inputGradient: (layer == 0 ? inputGradient : hiddenGradient[layer - 1]).rows(range),
                    accumulating: direction > 0, weightGradients: gradients[layer][direction],
                    output: columns(hidden[layer], range, direction),
                    input: (layer == 0 ? input : hidden[layer - 1].readOnly).rows(range),
                    weights: weights[layer][direction], memory: part(layer, direction, range), reversed: direction == 1)
            }
        }
    }

    private func columns(
        _ values: MutableTensorRef<Scalar>, _ range: Range<Int>, _ direction: Int
    ) -> GRU.Columns<Scalar> {
        GRU.Columns(values.rows(range), column: direction * width)
    }

    private func part(_ layer: Int, _ direction: Int, _ range: Range<Int>) -> GRU.Memory<Scalar> {
        let whole = memory[layer][direction]
        return GRU.Memory(gates: whole.gates.rows(range), recurrent: whole.recurrent.rows(range))
    }
}
