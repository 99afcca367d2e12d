public import Kernels
public import Platform
import Signal
public import Tensor

/// A DOAnet for a batch of sequences, forward and backward, with all activations kept. Each worker processes whole sequences.
///
/// Batch statistics, and therefore all outputs, do not depend on the number of workers. Gradients are summed in the order of
/// the workers, so they are reproducible for a given number. Several processes may share a batch: statistics and gradients are then those
/// of the whole, summed in the order of the ranks.
public final class DOAnetBatch<Scalar: KernelScalar> {
    public let architecture: DOAnetArchitecture
    /// B, and T: blocks of 100 ms in each sequence.
    public let sequences, blocks: Int
    /// [B, T, 3 Nmax]: for each track x, y, z in -1...1, not of unit length.
    public var directions: MutableTensorRef<Scalar> { directionHead.output }
    /// [B, T, Nmax]: the logit of each track's activity.
    public var activityLogits: MutableTensorRef<Scalar> { activityHead.output }

    private let team: WorkerTeam
    private let share: BatchShare
    private let stages: [ConvolutionStage<Scalar>]
    private let recurrent: RecurrentStage<Scalar>
    private let directionHead, activityHead: HeadStage<Scalar>
    private let scratch: [MutableTensorRef<Scalar>]
    /// Gradients of all workers except the first, which uses the caller's.
    private let workerGradients: [DOAnetParameters<Scalar>]
    private let arena: Arena<Scalar>
    /// Sums of the ranks' gradients, made when the gradients are known: of the convolutions, and of all that follows them.
    private var sums: (gradients: DOAnetParameters<Scalar>, convolutions: GradientSum<Scalar>, rest: GradientSum<Scalar>)?

    /// - Parameters:
    ///   - sequences: B, at least 1.
    ///   - blocks: T, at least 1; a sequence has 5 T frames.
    ///   - team: may be shared by callers that take turns.
    public convenience init(_ architecture: DOAnetArchitecture, sequences: Int, blocks: Int, team: WorkerTeam) {
        self.init(architecture, share: BatchShare(sequences), blocks: blocks, team: team)
    }

    /// - Parameter share: the sequences of this process, B of them, at least 1.
    public init(_ architecture: DOAnetArchitecture, share: BatchShare, blocks: Int, team: WorkerTeam) {
        let sequences = share.range.count
        precondition(architecture.isValid && sequences > 0 && blocks > 0, "a batch has sequences and blocks")
        self.architecture = architecture
        self.sequences = sequences
        self.blocks = blocks
        self.team = team
        self.share = share
        var (times, bands, inputs) = (blocks * FrameLayout.framesPerBlock, architecture.bands, architecture.channels)
        var stages: [ConvolutionStage<Scalar>] = []
        for window in DOAnetArchitecture.windows {
            stages.append(
                ConvolutionStage(
                    share: share, times: times, bands: bands, inputs: inputs, filters: architecture.filters,
                    window: window, past: architecture.past, hasInputGradient: !stages.isEmpty))
            (times, bands, inputs) = (times / window.times, bands / window.bands, architecture.filters)
        }
        self.stages = stages
        recurrent = RecurrentStage(architecture, sequences: sequences, blocks: blocks)
        directionHead = HeadStage(
            sequences: sequences, blocks: blocks, width: architecture.headWidth,
            outputs: 3 * architecture.maximumTracks, bounded: true)
        activityHead = HeadStage(
            sequences: sequences, blocks: blocks, width: architecture.headWidth, outputs: architecture.maximumTracks,
            bounded: false)
        let shape = Shape(stages.reduce(recurrent.scratchCount) { max($0, $1.scratchCount) })
        var layout = ArenaLayout<Scalar>()
        let places = layout.add(shape, times: team.count)
        let arena = Arena(layout)
        scratch = arena[places]
        self.arena = arena
        workerGradients = (1..<team.count).map { _ in DOAnetParameters(zeros: architecture) }
    }

    /// Fills `directions` and `activityLogits`.
    /// - Parameters:
    ///   - input: [B, 5T, bands, channels], scaled features.
    ///   - parameters: of the same architecture; in training their running statistics are updated.
    ///   - training: whether batch normalisation uses the batch's statistics or the running ones.
    public func forward(_ input: TensorRef<Scalar>, _ parameters: DOAnetParameters<Scalar>, training: Bool) {
        check(input, parameters)
        for (i, stage) in stages.enumerated() {
            let (weight, normalization) = (parameters.convolutions[i], parameters.normalizations[i])
            if training { stage.prepare(weight: weight.readOnly) }
            team.run { worker in
                for sequence in team.share(worker, of: sequences) {
                    if i > 0 { stages[i - 1].normalize(sequence) }
                    stage.convolve(
                        sequence, input: self.input(of: i, input).item(sequence), weight: weight.readOnly,
                        gain: normalization.gain.readOnly, training: training, scratch: scratch[worker])
                }
            }
            stage.reduce(normalization, training: training)
        }
        team.run { worker in
            let range = team.share(worker, of: sequences)
            for sequence in range { stages[stages.count - 1].normalize(sequence) }
            recurrent.forward(
                range, input: features, weights: parameters.recurrent, training: training, scratch: scratch[worker])
            let hidden = recurrent.output.readOnly
            directionHead.forward(range, input: hidden, layers: parameters.direction)
            activityHead.forward(range, input: hidden, layers: parameters.activity)
        }
    }

    /// Gradients of a loss from those of the outputs. Called once after each `forward(training: true)`, whose activations it
    /// overwrites.
    /// - Parameters:
    ///   - input: the same as in `forward`.
    ///   - directionGradient: [B, T, 3 Nmax]; with respect to `directions`, after the tanh.
    ///   - activityGradient: [B, T, Nmax]; with respect to `activityLogits`.
    ///   - gradients: overwritten, except their running statistics.
    public func backward(
        _ input: TensorRef<Scalar>, directionGradient: TensorRef<Scalar>, activityGradient: TensorRef<Scalar>,
        _ parameters: DOAnetParameters<Scalar>, gradients: DOAnetParameters<Scalar>
    ) {
        check(input, parameters)
        precondition(
            directionGradient.count == directions.count && activityGradient.count == activityLogits.count
                && gradients.architecture == architecture, "gradients have the shapes of their tensors")
        let all = [gradients] + workerGradients
        let last = stages.count - 1
        team.run { worker in
            let (range, own) = (team.share(worker, of: sequences), all[worker])
            own.all.clear()
            let (hidden, hiddenGradient) = (recurrent.output.readOnly, recurrent.outputGradient)
            directionHead.backward(
                range, outputGradient: directionGradient.reshaped(directions.shape), input: hidden,
                inputGradient: hiddenGradient, accumulating: false, layers: parameters.direction,
                layerGradients: own.direction)
            activityHead.backward(
                range, outputGradient: activityGradient.reshaped(activityLogits.shape), input: hidden,
                inputGradient: hiddenGradient, accumulating: true, layers: parameters.activity,
                layerGradients: own.activity)
            recurrent.backward(
                range, input: features, inputGradient: stages[last].outputGradient.reshaped(features.shape),
                weights: parameters.recurrent, gradients: own.recurrent)
            for sequence in range { stages[last].sumGradients(sequence) }
        }
        let sums = rankSums(of: gradients)
        if let sums {
            // Nearly all parameters, while the convolutions take nearly all of the time that is left.
            sumWorkers(gradients, gradients.convolutionCount..<gradients.all.count)
            sums.rest.begin()
        }
        for (i, stage) in stages.enumerated().reversed() {
            stage.reduceGradients(gradients.normalizations[i], weight: parameters.convolutions[i].readOnly)
            team.run { worker in
                stage.beginBackward(scratch: scratch[worker])
                for sequence in team.share(worker, of: sequences) {
                    stage.backward(
                        sequence, input: self.input(of: i, input).item(sequence),
                        inputGradient: i > 0 ? stages[i - 1].outputGradient.item(sequence) : nil,
                        scratch: scratch[worker])
                    if i > 0 { stages[i - 1].sumGradients(sequence) }
                    if worker == 0 { share.group?.progress() }
                }
                stage.endBackward(weightGradient: all[worker].convolutions[i], scratch: scratch[worker])
            }
            // Those of the normalisation are of the whole batch on every rank, and count once.
            if let group = share.group, group.rank > 0 {
                gradients.normalizations[i].gain.fill(0)
                gradients.normalizations[i].bias.fill(0)
            }
        }
        guard let sums else { return sumWorkers(gradients, 0..<gradients.all.count) }
        sumWorkers(gradients, 0..<gradients.convolutionCount)
        sums.rest.end()
        sums.convolutions.begin()
        sums.convolutions.end()
    }

    /// Adds a part of the other workers' gradients to the caller's.
    private func sumWorkers(_ gradients: DOAnetParameters<Scalar>, _ part: Range<Int>) {
        guard !workerGradients.isEmpty else { return }
        team.run { worker in
            let share = team.share(worker, of: part.count)
            let range = part.lowerBound + share.lowerBound..<part.lowerBound + share.upperBound
            for other in workerGradients { Sum.add(other.all.rows(range).readOnly, to: gradients.all.rows(range)) }
        }
    }

    private func rankSums(
        of gradients: DOAnetParameters<Scalar>
    ) -> (gradients: DOAnetParameters<Scalar>, convolutions: GradientSum<Scalar>, rest: GradientSum<Scalar>)? {
        guard let group = share.group else { return nil }
        if let sums, sums.gradients === gradients { return sums }
        let count = gradients.convolutionCount
        sums = (
            gradients, GradientSum(gradients.all.rows(0..<count), in: group),
            GradientSum(gradients.all.rows(count..<gradients.all.count), in: group)
        )
        return sums
    }

    /// The input of stage `i`: [B, times, bands, inputs].
    private func input(of i: Int, _ input: TensorRef<Scalar>) -> TensorRef<Scalar> {
        i == 0 ? input : stages[i - 1].output.readOnly
    }

    /// The last stage's output, a vector per block: [B, T, features].
    private var features: TensorRef<Scalar> {
        stages[stages.count - 1].output.readOnly.reshaped(Shape(sequences, blocks, architecture.flattened))
    }

    private func check(_ input: TensorRef<Scalar>, _ parameters: DOAnetParameters<Scalar>) {
        let times = blocks * FrameLayout.framesPerBlock
        precondition(
            input.shape == Shape(sequences, times, architecture.bands, architecture.channels),
            "this batch takes \(sequences)x\(times)x\(architecture.bands)x\(architecture.channels), not \(input.shape)")
        precondition(parameters.architecture == architecture, "parameters belong to another architecture")
    }
}
