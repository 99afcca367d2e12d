public import Kernels
import Signal
public import Tensor

/// The inference of a DOAnet for whole sequences, one at a time: equal to `DOAnetBatch` and to the steps of `DOAnetStepper` up to rounding,
/// in less time and memory, since nothing is kept for a backward pass.
public final class DOAnetSequence {
    /// What depends on the parameters only: convolutions with batch normalisation folded in, at the points of `Winograd`. Several
    /// sequences may share it.
    public final class Weights: Sendable {
        public let architecture: DOAnetArchitecture
        let parameters: DOAnetParameters<Float>
        /// By stage: of `Winograd.weightShape`, and [filters].
        let convolutions: [(weight: TensorRef<Float>, bias: TensorRef<Float>)]
        private let arena: SharedArena

        /// - Parameter parameters: of either form; must not change while this exists.
        public init(_ parameters: DOAnetParameters<Float>) {
            (architecture, self.parameters) = (parameters.architecture, parameters)
            var layout = ArenaLayout<Float>()
            let places = parameters.convolutions.map { weight in
                (
                    weight: layout.add(Winograd.weightShape(Float.self, inputs: weight.shape[2], outputs: weight.shape[3])),
                    bias: layout.add(Shape(weight.shape[3]))
                )
            }
            let arena = SharedArena(layout)
            for (i, place) in places.enumerated() {
                let (weight, normalization) = (parameters.convolutions[i], parameters.normalizations[i])
                let statistics = Shape(4, weight.shape[3])
                var scratch = Arena<Float>(capacity: Arena<Float>.footprint(weight.shape) + Arena<Float>.footprint(statistics))
                let (folded, applied) = (scratch.take(weight.shape), scratch.take(statistics))
                BatchNorm.runningStatistics(
                    applied, gain: normalization.gain.readOnly, bias: normalization.bias.readOnly,
                    mean: normalization.mean.readOnly, variance: normalization.variance.readOnly)
                Convolution.fold(
                    weight: weight.readOnly, statistics: applied.readOnly, into: folded, bias: arena.values[place.bias])
                Winograd.transform(weight: folded.readOnly, into: arena.values[place.weight])
            }
            convolutions = places.map { (arena.values[$0.weight].readOnly, arena.values[$0.bias].readOnly) }
            self.arena = arena
        }
    }

    public let weights: Weights
    /// The longest sequence, in blocks of 100 ms.
    public let capacity: Int
    /// T: of the latest sequence.
    private var blocks = 0
    /// [T, 3 Nmax]: for each track x, y, z in -1...1, not of unit length.
    public var directions: MutableTensorRef<Float> { outputs.directions.rows(0..<blocks) }
    /// [T, Nmax]: the logit of each track's activity.
    public var activityLogits: MutableTensorRef<Float> { outputs.logits.rows(0..<blocks) }

    private let stages: [Stage]
    private let hidden: [MutableTensorRef<Float>]
    private let gates, recurrentGates, product: MutableTensorRef<Float>
    private let layers: [MutableTensorRef<Float>]
    private let outputs: (directions: MutableTensorRef<Float>, logits: MutableTensorRef<Float>)
    private let scratch: MutableTensorRef<Float>
    private let arena: Arena<Float>

    private struct Stage {
        let window: Int
        /// Rows of time that are convolved at once.
        let rows: Int
        /// [capacity in rows, bands / 2, filters].
        let output: MutableTensorRef<Float>
        let memory: Winograd.Memory<Float>
    }

    public convenience init(_ parameters: DOAnetParameters<Float>, capacity: Int) {
        self.init(Weights(parameters), capacity: capacity)
    }

    /// - Parameter capacity: blocks of the longest sequence, at least 1.
    public init(_ weights: Weights, capacity: Int) {
        precondition(capacity > 0, "a sequence has blocks")
        let architecture = weights.architecture
        (self.weights, self.capacity) = (weights, capacity)
        let (width, filters, tracks) = (architecture.gruWidth, architecture.filters, architecture.maximumTracks)
        let directions = architecture.directionNames.count
        var layout = ArenaLayout<Float>()
        var (times, bands, inputs) = (capacity * FrameLayout.framesPerBlock, architecture.bands, architecture.channels)
        var extents: [(window: Int, rows: Int, bands: Int, inputs: Int, output: ArenaLayout<Float>.Place)] = []
        var scratchCount = 3 * width * width
        for window in DOAnetArchitecture.windows {
            precondition(window.bands == 2, "pooling is of two bands")
            let rows = Winograd.stripRows(bands: bands, multiple: window.times)
            let output = layout.add(Shape(times / window.times, bands / window.bands, filters))
            scratchCount = max(
                scratchCount, Winograd.Memory<Float>.count(inputs: inputs, outputs: filters, bands: bands, rows: rows))
            extents.append((window.times, rows, bands, inputs, output))
            (times, bands, inputs) = (times / window.times, bands / window.bands, filters)
        }
        let units = layout.add(Shape(capacity, directions * width), times: DOAnetArchitecture.recurrentLayers)
        let sums = layout.add(Shape(capacity, 3 * width), times: 2)
        let product = layout.add(Shape(capacity, width))
        let heads = layout.add(Shape(capacity, architecture.headWidth), times: 2)
        let results = (layout.add(Shape(capacity, 3 * tracks)), layout.add(Shape(capacity, tracks)))
        let rest = layout.add(Shape(scratchCount))
        let arena = Arena(layout)
        let scratch = arena[rest]
        stages = extents.map { extent in
            Stage(
                window: extent.window, rows: extent.rows, output: arena[extent.output],
                memory: Winograd.Memory(
                    scratch, inputs: extent.inputs, outputs: filters, bands: extent.bands, rows: extent.rows))
        }
        (hidden, layers) = (arena[units], arena[heads])
        (gates, recurrentGates, self.product) = (arena[sums[0]], arena[sums[1]], arena[product])
        outputs = (arena[results.0], arena[results.1])
        self.scratch = scratch
        self.arena = arena
    }

    /// Fills `directions` and `activityLogits`.
    /// - Parameter input: [5T, bands, channels], scaled features; T is 1 to `capacity`.
    public func run(_ input: TensorRef<Float>) {
        let architecture = weights.architecture
        blocks = input.shape[0] / FrameLayout.framesPerBlock
        precondition(
            (1...capacity).contains(blocks)
                && input.shape == Shape(blocks * FrameLayout.framesPerBlock, architecture.bands, architecture.channels),
            "expected up to \(capacity) blocks of \(architecture.bands)x\(architecture.channels), not \(input.shape)")
        let features = convolve(input)
        var last = features.reshaped(Shape(1, blocks, architecture.flattened))
        for (layer, values) in hidden.enumerated() {
            let values = values.rows(0..<blocks)
            recur(layer, input: last, into: values.reshaped(Shape(1, blocks, values.shape[1])))
            last = values.readOnly.reshaped(Shape(1, blocks, values.shape[1]))
        }
        var units = last.reshaped(Shape(blocks, last.shape[2]))
        if architecture.form == .paper {
            DirectionProduct.forward(output: product.rows(0..<blocks), input: units, width: architecture.gruWidth)
            units = product.rows(0..<blocks).readOnly
        }
        branch(weights.parameters.direction, units, into: directions)
        Activation.tanh(directions)
        branch(weights.parameters.activity, units, into: activityLogits)
    }

    /// - Returns: the last stage's output.
    private func convolve(_ input: TensorRef<Float>) -> TensorRef<Float> {
        var values = input
        for (stage, weights) in zip(stages, weights.convolutions) {
            let times = values.shape[0]
            for first in stride(from: 0, to: times, by: stage.rows) {
                let end = min(first + stage.rows, times)
                Winograd.forward(
                    pooled: stage.output.rows(first / stage.window..<end / stage.window), window: stage.window, from: first,
                    input: values, past: self.weights.architecture.past, weight: weights.weight, bias: weights.bias,
                    memory: stage.memory)
            }
            values = stage.output.rows(0..<times / stage.window).readOnly
        }
        return values
    }

    private func recur(_ layer: Int, input: TensorRef<Float>, into values: MutableTensorRef<Float>) {
        let sums = Shape(1, blocks, gates.shape[1])
        let memory = GRU.Memory(
            gates: gates.rows(0..<blocks).reshaped(sums), recurrent: recurrentGates.rows(0..<blocks).reshaped(sums))
        for (direction, weights) in weights.parameters.recurrent[layer].enumerated() {
            GRU.forward(
                output: GRU.Columns(values, column: direction * weights.hidden.shape[1]), input: input, weights: weights,
                memory: memory, scratch: scratch, reversed: direction == 1, blas: false)
        }
    }

    private func branch(_ weights: [DOAnetParameters<Float>.Layer], _ input: TensorRef<Float>, into output: MutableTensorRef<Float>) {
        var values = input
        for (i, layer) in weights.enumerated() {
            let target = i < 2 ? layers[i].rows(0..<blocks) : output
            Affine.forward(output: target, input: values, weight: layer.weight.readOnly, bias: layer.bias.readOnly)
            if i < 2 { Activation.rectify(target) }
            values = target.readOnly
        }
    }
}

/// An arena with several owners, not written after it is filled.
private final class SharedArena: @unchecked Sendable {
    let values: Arena<Float>

    init(_ layout: ArenaLayout<Float>) { values = Arena(layout) }
}
