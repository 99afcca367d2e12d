internal import Kernels
internal import Platform
internal import Tensor

/// One of the three blocks of figure 1 for a batch: 3x3 convolution, batch normalisation, ReLU, max-pool.
///
/// Training convolves by `Winograd`, inference by `Convolution`. Every method processes one sequence, so that workers may share a batch;
/// only `prepare` and the two `reduce` methods use the whole batch. In the latter all ranks meet.
final class ConvolutionStage<Scalar: KernelScalar> {
    private let window: (times: Int, bands: Int)
    private let past: Int
    private let bands, inputs, filters: Int
    /// Whether an earlier stage needs the gradient of the input.
    private let hasInputGradient: Bool
    private let share: BatchShare
    /// Of the whole batch.
    private let positions: Int
    /// [B, times, bands, filters]: the convolution's output, and after `backward` its gradient. nil in the first stage, whose output is
    /// by far the largest tensor, and takes longer to keep than to compute again.
    private let values: MutableTensorRef<Scalar>?
    /// [B, times / window, bands / window, filters]: extremes of x, and their indices in the window.
    private let extremes: MutableTensorRef<Scalar>
    private let choice: MutableTensorRef<UInt8>
    /// As `extremes`: normalised and rectified, the input of the next stage; and its gradient.
    let output, outputGradient: MutableTensorRef<Scalar>
    /// [sequences of the whole batch, 2 filters], forward and backward.
    private let sums, gradientSums: MutableTensorRef<Scalar>
    /// [4, filters] and [2, filters], of `BatchNorm`.
    private let statistics, dense: MutableTensorRef<Scalar>
    /// At the points of `Winograd`: the weights, and those of the input's gradient, which are [3, 3, filters, inputs] before.
    private let transformed, transformedTurned: MutableTensorRef<Scalar>
    private let turned: MutableTensorRef<Scalar>
    private let arena: Arena<Scalar>
    private let choiceArena: Arena<UInt8>

    /// In the scratch of each worker.
    private let scratchPlaces: ScratchPlaces<Scalar>
    /// Elements of it.
    var scratchCount: Int { scratchPlaces.count }

    init(
        share: BatchShare, times: Int, bands: Int, inputs: Int, filters: Int, window: (times: Int, bands: Int), past: Int,
        hasInputGradient: Bool
    ) {
        let sequences = share.range.count
        self.window = window
        self.past = past
        self.share = share
        (self.bands, self.inputs, self.filters, self.hasInputGradient) = (bands, inputs, filters, hasInputGradient)
        positions = share.total * times * bands
        let full = Shape(sequences, times, bands, filters)
        let pooled = Shape(sequences, times / window.times, bands / window.bands, filters)
        let sum = Shape(share.total, 2 * filters)
        var layout = ArenaLayout<Scalar>()
        let convolved = hasInputGradient ? layout.add(full) : nil
        let (pools, pairs) = (layout.add(pooled, times: 3), layout.add(sum, times: 2))
        let (normalization, denseGradient) = (layout.add(Shape(4, filters)), layout.add(Shape(2, filters)))
        let weights = layout.add(Shape(3, 3, filters, inputs))
        let points = layout.add(Winograd.weightShape(Scalar.self, inputs: inputs, outputs: filters), times: 2)
        let arena = Arena(layout)
        values = if let convolved { arena[convolved] } else { nil }
        (extremes, output, outputGradient) = (arena[pools[0]], arena[pools[1]], arena[pools[2]])
        (sums, gradientSums) = (arena[pairs[0]], arena[pairs[1]])
        (statistics, dense, turned) = (arena[normalization], arena[denseGradient], arena[weights])
        (transformed, transformedTurned) = (arena[points[0]], arena[points[1]])
        self.arena = arena
        var choiceArena = Arena<UInt8>(holding: pooled)
        choice = choiceArena.take(pooled)
        self.choiceArena = choiceArena
        scratchPlaces = ScratchPlaces(bands: bands, inputs: inputs, filters: filters, window: window)
    }

    /// Before `convolve` in training.
    func prepare(weight: TensorRef<Scalar>) { Winograd.transform(weight: weight, into: transformed) }

    /// Convolves and pools one sequence, and computes sums for the batch statistics.
    /// - Parameters:
    ///   - input: [times, bands, inputs].
    ///   - training: by the weights of `prepare`, for `backward`.
    func convolve(
        _ sequence: Int, input: TensorRef<Scalar>, weight: TensorRef<Scalar>, gain: TensorRef<Scalar>, training: Bool,
        scratch: MutableTensorRef<Scalar>
    ) {
        let (pooled, places) = (extremes.item(sequence), choice.item(sequence))
        let sum = row(of: sequence, in: sums)
        sum.clear()
        let step = training ? scratchPlaces.stripRows : scratchPlaces.tileRows
        forEachPart(of: input.shape[0], step) { rows in
            let x = values(sequence, rows, scratch)
            if training {
                convolve(x, rows, input: input, scratch: scratch)
            } else {
                Convolution.forward(
                    output: x, from: rows.lowerBound, input: input, past: past, weight: weight,
                    scratch: scratchPlaces.gathered(in: scratch))
            }
            MaxPool.forward(
                pooled: pooled.rows(pooledRows(rows)), choice: places.rows(pooledRows(rows)), input: x.readOnly, window: window,
                gain: gain, sums: sum)
        }
    }

    private func convolve(
        _ x: MutableTensorRef<Scalar>, _ rows: Range<Int>, input: TensorRef<Scalar>, scratch: MutableTensorRef<Scalar>
    ) {
        Winograd.forward(
            output: x, from: rows.lowerBound, input: input, past: past, weight: transformed.readOnly,
            memory: scratchPlaces.memory(in: scratch))
    }

    /// Statistics of the whole batch, or the running ones.
    func reduce(_ parameters: DOAnetParameters<Scalar>.Normalization, training: Bool) {
        if training {
            gather(sums)
            BatchNorm.batchStatistics(
                statistics, sums: sums.split(), count: positions, gain: parameters.gain.readOnly,
                bias: parameters.bias.readOnly, mean: parameters.mean, variance: parameters.variance)
        } else {
            BatchNorm.runningStatistics(
                statistics, gain: parameters.gain.readOnly, bias: parameters.bias.readOnly,
                mean: parameters.mean.readOnly, variance: parameters.variance.readOnly)
        }
    }

    /// Writes `output` of one sequence.
    func normalize(_ sequence: Int) {
        BatchNorm.forward(
            output: output.item(sequence), input: extremes.item(sequence).readOnly, statistics: statistics.readOnly)
    }

    /// Masks `outputGradient` of one sequence by the ReLU, and sums for the batch.
    func sumGradients(_ sequence: Int) {
        let sum = row(of: sequence, in: gradientSums)
        sum.clear()
        BatchNorm.backwardSums(
            gradient: outputGradient.item(sequence), extremes: extremes.item(sequence).readOnly,
            statistics: statistics.readOnly, sums: sum)
    }

    /// Gradients of gain and bias from the whole batch; prepares `backward`.
    func reduceGradients(_ gradients: DOAnetParameters<Scalar>.Normalization, weight: TensorRef<Scalar>) {
        gather(gradientSums)
        BatchNorm.backward(
            dense: dense, gainGradient: gradients.gain, biasGradient: gradients.bias, sums: gradientSums.split(),
            count: positions, statistics: statistics.readOnly)
        guard hasInputGradient else { return }
        Convolution.rotate(weight: weight, into: turned)
        Winograd.transform(weight: turned.readOnly, into: transformedTurned)
    }

    /// Before a worker's first sequence in `backward`.
    func beginBackward(scratch: MutableTensorRef<Scalar>) { scratchPlaces.weightGradient(in: scratch).clear() }

    /// Adds one sequence's part of the weight gradient to the scratch; writes the input's gradient if an earlier stage needs it.
    /// - Parameters:
    ///   - input: [times, bands, inputs].
    ///   - inputGradient: as `input`.
    func backward(
        _ sequence: Int, input: TensorRef<Scalar>, inputGradient: MutableTensorRef<Scalar>?, scratch: MutableTensorRef<Scalar>
    ) {
        let (slopes, places) = (outputGradient.item(sequence), choice.item(sequence))
        let scale = statistics.rows(2..<3).reshaped(Shape(filters))
        let times = input.shape[0]
        forEachPart(of: times, scratchPlaces.stripRows) { rows in
            let x = values(sequence, rows, scratch)
            if values == nil { convolve(x, rows, input: input, scratch: scratch) }
            MaxPool.backward(
                values: x, gradient: slopes.rows(pooledRows(rows)).readOnly, choice: places.rows(pooledRows(rows)).readOnly,
                window: window, slope: dense.rows(0..<1).readOnly, offset: dense.rows(1..<2).readOnly, scale: scale.readOnly)
            Winograd.backwardWeight(
                weightGradient: scratchPlaces.weightGradient(in: scratch), outputGradient: x.readOnly, from: rows.lowerBound,
                input: input, past: past, memory: scratchPlaces.memory(in: scratch), isTransformed: values == nil)
        }
        guard let inputGradient, let x = values?.item(sequence) else { return }
        forEachPart(of: times, scratchPlaces.stripRows) { rows in
            Winograd.forward(
                output: inputGradient.rows(rows), from: rows.lowerBound, input: x.readOnly, past: 2 - past,
                weight: transformedTurned.readOnly, memory: scratchPlaces.turnedMemory(in: scratch))
        }
    }

    /// After a worker's last sequence in `backward`: adds their weight gradient.
    func endBackward(weightGradient: MutableTensorRef<Scalar>, scratch: MutableTensorRef<Scalar>) {
        Winograd.addGradient(scratchPlaces.weightGradient(in: scratch).readOnly, to: weightGradient)
    }

    /// Rows of the convolution's output: [rows, bands, filters].
    private func values(
        _ sequence: Int, _ rows: Range<Int>, _ scratch: MutableTensorRef<Scalar>
    ) -> MutableTensorRef<Scalar> {
        values?.item(sequence).rows(rows) ?? scratchPlaces.values(in: scratch).rows(0..<rows.count)
    }

    /// - Parameter sequence: of this process.
    private func row(of sequence: Int, in sums: MutableTensorRef<Scalar>) -> MutableTensorRef<Scalar> {
        let row = share.range.lowerBound + sequence
        return sums.rows(row..<row + 1)
    }

    /// Fills in the sums of other ranks.
    private func gather(_ sums: MutableTensorRef<Scalar>) {
        unsafe share.gather(UnsafeMutableBufferPointer(start: sums.unsafeBase, count: sums.count))
    }

    private func pooledRows(_ rows: Range<Int>) -> Range<Int> {
        rows.lowerBound / window.times..<rows.upperBound / window.times
    }

    private func forEachPart(of times: Int, _ step: Int, _ body: (Range<Int>) -> Void) {
        for first in stride(from: 0, to: times, by: step) { body(first..<min(first + step, times)) }
    }
}

extension MutableTensorRef {
    /// Item `index` along axis 0 of a tensor of rank 4.
    func item(_ index: Int) -> MutableTensorRef {
        rows(index..<index + 1).reshaped(Shape(shape[1], shape[2], shape[3]))
    }

    /// The rows along axis 0, separately.
    func split() -> [MutableTensorRef] { (0..<shape[0]).map { rows($0..<$0 + 1) } }
}

extension TensorRef {
    func item(_ index: Int) -> TensorRef {
        rows(index..<index + 1).reshaped(Shape(shape[1], shape[2], shape[3]))
    }
}
