internal import Kernels
internal import Tensor

/// One of the two branches for a batch: two rectified layers, then one that is linear (activity logits) or tanh
/// (directions).
final class HeadStage<Scalar: KernelScalar> {
    private let bounded: Bool
    /// [B, T, width] of each layer, and gradients.
    private let values, gradients: [MutableTensorRef<Scalar>]
    private let arena: Arena<Scalar>

    /// [B, T, outputs].
    var output: MutableTensorRef<Scalar> { values[2] }

    init(sequences: Int, blocks: Int, width: Int, outputs: Int, bounded: Bool) {
        self.bounded = bounded
        let shapes = [width, width, outputs].map { Shape(sequences, blocks, $0) }
        var layout = ArenaLayout<Scalar>()
        let places = shapes.map { (layout.add($0), layout.add($0)) }
        let arena = Arena(layout)
        (values, gradients) = (arena[places.map(\.0)], arena[places.map(\.1)])
        self.arena = arena
    }

    /// - Parameter input: [B, T, inputs].
    func forward(_ range: Range<Int>, input: TensorRef<Scalar>, layers: [DOAnetParameters<Scalar>.Layer]) {
        if range.isEmpty { return }
        for (i, layer) in layers.enumerated() {
            let output = values[i].rows(range)
            Affine.forward(
                output: output, input: (i == 0 ? input : values[i - 1].readOnly).rows(range),
                weight: layer.weight.readOnly, bias: layer.bias.readOnly)
            if i < 2 { Activation.rectify(output) } else if bounded { Activation.tanh(output) }
        }
    }

    /// - Parameters:
    ///   - outputGradient: [B, T, outputs].
    ///   - inputGradient: [B, T, inputs]; overwritten, or added to if `accumulating` (the second branch).
    ///   - layerGradients: added to.
    func backward(
        _ range: Range<Int>, outputGradient: TensorRef<Scalar>, input: TensorRef<Scalar>,
        inputGradient: MutableTensorRef<Scalar>, accumulating: Bool, layers: [DOAnetParameters<Scalar>.Layer],
        layerGradients: [DOAnetParameters<Scalar>.Layer]
    ) {
        if range.isEmpty { return }
        gradients[2].rows(range).copy(from: outputGradient.rows(range))
        for (i, layer) in layers.enumerated().reversed() {
            let (gradient, output) = (gradients[i].rows(range), values[i].rows(range).readOnly)
            if i < 2 {
                Activation.rectifyBackward(gradient, output: output)
            } else if bounded {
                Activation.tanhBackward(gradient, output: output)
            }
            Affine.backward(
                outputGradient: gradient.readOnly, inputGradient: (i == 0 ? inputGradient : gradients[i - 1]).rows(range),
                accumulating: accumulating && i == 0, weightGradient: layerGradients[i].weight,
                biasGradient: layerGradients[i].bias, input: (i == 0 ? input : values[i - 1].readOnly).rows(range),
                weight: layer.weight.readOnly)
        }
    }
}
