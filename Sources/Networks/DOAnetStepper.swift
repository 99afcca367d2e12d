public import Kernels
import Signal
public import Tensor

/// A `live` DOAnet for one block at a time: the inference of a sequence in steps, equal to it up to rounding.
///
/// It copies the parameters, with batch normalisation folded into the convolutions, and all other weights in the order of their use. Its
/// state is the last two rows of each convolution's input and one hidden vector of each recurrent layer. `step` neither allocates nor
/// locks.
public final class DOAnetStepper {
    public let architecture: DOAnetArchitecture
    /// [Nmax, 3]: x, y, z of each track in -1...1, not of unit length.
    public let directions: MutableTensorRef<Float>
    /// [Nmax]: the logit of each track's activity.
    public let activityLogits: MutableTensorRef<Float>

    private struct Stage {
        let window: (times: Int, bands: Int)
        /// [3, 3, inputs, filters] and [filters], batch normalisation folded in.
        let weight: TensorRef<Float>
        let bias: TensorRef<Float>
        /// [2 + times, bands, inputs]: the two rows before, then this block's.
        let input: MutableTensorRef<Float>
        /// [times, bands, filters].
        let values: MutableTensorRef<Float>
    }
    private let stages: [Stage]
    private let features: MutableTensorRef<Float>
    private let recurrent: [GRU.StepWeights]
    private let hidden: [MutableTensorRef<Float>]
    private let gates, recurrentGates: MutableTensorRef<Float>
    private let direction, activity: [Layer]
    private let layers: [MutableTensorRef<Float>]
    private let scratch: MutableTensorRef<Float>
    private let arena: Arena<Float>
    private let matrices: StreamedWeights

    private struct Layer {
        let weight: StreamedWeights.Matrix
        let bias: TensorRef<Float>
    }

    /// - Parameter parameters: of the `live` form; copied, so that training may continue.
    public init(_ parameters: DOAnetParameters<Float>) {
        let architecture = parameters.architecture
        precondition(architecture.form == .live, "only the live form runs block by block: the paper's is bidirectional")
        self.architecture = architecture
        let places = Places(architecture)
        let arena = Arena(places.layout)
        stages = places.stages.enumerated().map { i, place in
            let normalization = parameters.normalizations[i]
            let statistics = arena[place.statistics]
            BatchNorm.runningStatistics(
                statistics, gain: normalization.gain.readOnly, bias: normalization.bias.readOnly,
                mean: normalization.mean.readOnly, variance: normalization.variance.readOnly)
            let (weight, bias) = (arena[place.weight], arena[place.bias])
            Convolution.fold(weight: parameters.convolutions[i].readOnly, statistics: statistics.readOnly, into: weight, bias: bias)
            return Stage(
                window: DOAnetArchitecture.windows[i], weight: weight.readOnly, bias: bias.readOnly,
                input: arena[place.input], values: arena[place.values])
        }
        features = arena[places.features]
        hidden = arena[places.hidden]
        (gates, recurrentGates) = (arena[places.gates[0]], arena[places.gates[1]])
        layers = arena[places.layers]
        (directions, activityLogits, scratch) = (arena[places.directions], arena[places.logits], arena[places.scratch])

        let (recurrent, heads) = (parameters.recurrent.map { $0[0] }, parameters.direction + parameters.activity)
        let matrices = StreamedWeights(
            (recurrent.flatMap { [$0.input, $0.hidden] } + heads.map(\.weight)).map(\.readOnly))
        let biases = zip(places.biases, recurrent.flatMap { [$0.inputBias, $0.hiddenBias] } + heads.map(\.bias)).map { place, values in
            arena[place].copy(from: values.readOnly)
            return arena[place].readOnly
        }
        self.recurrent = recurrent.indices.map { layer in
            GRU.StepWeights(
                input: matrices.matrices[2 * layer], inputBias: biases[2 * layer], hidden: matrices.matrices[2 * layer + 1],
                hiddenBias: biases[2 * layer + 1])
        }
        let all = (2 * recurrent.count..<biases.count).map { Layer(weight: matrices.matrices[$0], bias: biases[$0]) }
        (direction, activity) = (Array(all[..<parameters.direction.count]), Array(all[parameters.direction.count...]))
        self.matrices = matrices
        self.arena = arena
    }

    /// Clears the state: the next block is the first of a sequence.
    public func reset() {
        // Also the values that a step overwrites, since a library may keep non-finite ones in a multiplication by 0.
        for stage in stages {
            stage.input.fill(0)
            stage.values.fill(0)
        }
        for vector in hidden { vector.fill(0) }
        for vector in layers { vector.fill(0) }
        features.fill(0)
        gates.fill(0)
        recurrentGates.fill(0)
        directions.fill(0)
        activityLogits.fill(0)
        scratch.fill(0)
    }

    /// Whether all outputs and the state are finite; otherwise only `reset` makes them finite again.
    public var isFinite: Bool {
        for i in 0..<stages.count where !stages[i].input.rows(0..<2).readOnly.isFinite { return false }
        for i in 0..<hidden.count where !hidden[i].readOnly.isFinite { return false }
        return directions.readOnly.isFinite && activityLogits.readOnly.isFinite
    }

    /// Fills `directions` and `activityLogits` for one more block.
    /// - Parameter block: [5, bands, channels], scaled features.
    public func step(_ block: TensorRef<Float>) {
        precondition(
            block.count == FrameLayout.framesPerBlock * architecture.bands * architecture.channels,
            "a block is 5 frames of features")
        let first = stages[0].input
        first.rows(2..<first.shape[0]).copy(from: block)
        for i in 0..<stages.count {
            let stage = stages[i]
            let rows = stage.input.shape[0]
            Convolution.forward(
                output: stage.values, from: 0, input: stage.input.readOnly, past: 0, weight: stage.weight,
                scratch: scratch)
            MaxPool.rectified(
                output: i + 1 < stages.count ? stages[i + 1].input.rows(2..<3) : features, input: stage.values.readOnly,
                window: stage.window, bias: stage.bias)
            // One row at a time, since the two ranges may overlap.
            stage.input.rows(0..<1).copy(from: stage.input.rows(rows - 2..<rows - 1).readOnly)
            stage.input.rows(1..<2).copy(from: stage.input.rows(rows - 1..<rows).readOnly)
        }
        for i in 0..<hidden.count {
            GRU.step(
                hidden: hidden[i], input: i == 0 ? features.readOnly : hidden[i - 1].readOnly, weights: recurrent[i],
                gates: gates, recurrent: recurrentGates)
        }
        branch(direction, into: directions)
        Activation.tanh(directions)
        branch(activity, into: activityLogits)
    }

    private func branch(_ weights: [Layer], into output: MutableTensorRef<Float>) {
        for i in 0..<weights.count {
            let target = i < 2 ? layers[i] : output
            weights[i].weight.multiply(
                i == 0 ? hidden[1].readOnly : layers[i - 1].readOnly, bias: weights[i].bias, into: target)
            if i < 2 { Activation.rectify(target) }
        }
    }

    /// Places of a step's state and intermediate results, in order of use.
    private struct Places {
        typealias Place = ArenaLayout<Float>.Place

        var layout = ArenaLayout<Float>()
        let stages: [(statistics: Place, weight: Place, bias: Place, input: Place, values: Place)]
        let features: Place
        let hidden, gates, layers: [Place]
        let directions, logits, scratch: Place
        /// Of the recurrent layers, input then hidden, and of the heads.
        let biases: [Place]

        init(_ architecture: DOAnetArchitecture) {
            let (filters, width, tracks) = (architecture.filters, architecture.gruWidth, architecture.maximumTracks)
            var (times, bands, inputs) = (FrameLayout.framesPerBlock, architecture.bands, architecture.channels)
            var stages: [(statistics: Place, weight: Place, bias: Place, input: Place, values: Place)] = []
            var scratchCount = 0
            for window in DOAnetArchitecture.windows {
                stages.append(
                    (
                        statistics: layout.add(Shape(4, filters)), weight: layout.add(Shape(3, 3, inputs, filters)),
                        bias: layout.add(Shape(filters)),
                        input: layout.add(Shape(2 + times, bands, inputs)), values: layout.add(Shape(times, bands, filters))
                    ))
                scratchCount = max(scratchCount, Convolution.scratchCount(inputs: inputs, bands: bands, rows: times))
                (times, bands, inputs) = (times / window.times, bands / window.bands, filters)
            }
            self.stages = stages
            features = layout.add(Shape(architecture.flattened))
            hidden = layout.add(Shape(width), times: 2)
            gates = layout.add(Shape(3 * width), times: 2)
            layers = layout.add(Shape(architecture.headWidth), times: 2)
            directions = layout.add(Shape(tracks, 3))
            logits = layout.add(Shape(tracks))
            scratch = layout.add(Shape(scratchCount))
            var biases = layout.add(Shape(3 * width), times: 2 * DOAnetArchitecture.recurrentLayers)
            for outputs in [3 * tracks, tracks] {
                biases += layout.add(Shape(architecture.headWidth), times: 2) + [layout.add(Shape(outputs))]
            }
            self.biases = biases
        }
    }
}
