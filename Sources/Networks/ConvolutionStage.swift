internal import Kernels
internal import Platform
internal import Tensor

/// One of the three blocks of figure 1 for a batch: 3x3 convolution, batch normalisation, ReLU, max-pool.
///
/// Every method processes one sequence, so that workers may share a batch; only the two `reduce` methods use the whole batch. There all
/// ranks meet.
final class ConvolutionStage<Scalar: KernelScalar> {
    private let window: (times: Int, bands: Int)
    private let past: Int
    private let share: BatchShare
    /// Of the whole batch.
    private let positions: Int
    /// [B, times, bands, filters]: the convolution's output, and after `backward` its gradient.
    private let values: MutableTensorRef<Scalar>
    /// [B, times / window, bands / window, filters]: extremes of x, and their indices in the window.
    private let extremes: MutableTensorRef<Scalar>
    private let choice: MutableTensorRef<UInt8>
    /// As `extremes`: normalised and rectified, the input of the next stage; and its gradient.
    let output, outputGradient: MutableTensorRef<Scalar>
    /// [sequences of the whole batch, 2 filters], forward and backward.
    private let sums, gradientSums: MutableTensorRef<Scalar>
    /// [4, filters] and [2, filters], of `BatchNorm`.
    private let statistics, dense: MutableTensorRef<Scalar>
    /// [3, 3, filters, inputs].
    private let turned: MutableTensorRef<Scalar>
    private let arena: Arena<Scalar>
    private let choiceArena: Arena<UInt8>

    /// Elements of scratch provided by each worker.
    let scratchCount: Int

    init(
        share: BatchShare, times: Int, bands: Int, inputs: Int, filters: Int, window: (times: Int, bands: Int), past: Int
    ) {
        let sequences = share.range.count
        self.window = window
        self.past = past
        self.share = share
        positions = share.total * times * bands
        let full = Shape(sequences, times, bands, filters)
        let pooled = Shape(sequences, times / window.times, bands / window.bands, filters)
        let sum = Shape(share.total, 2 * filters)
        var layout = ArenaLayout<Scalar>()
        let (convolved, pools, pairs) = (layout.add(full), layout.add(pooled, times: 3), layout.add(sum, times: 2))
        let (normalization, denseGradient) = (layout.add(Shape(4, filters)), layout.add(Shape(2, filters)))
        let weights = layout.add(Shape(3, 3, filters, inputs))
        let arena = Arena(layout)
        values = arena[convolved]
        (extremes, output, outputGradient) = (arena[pools[0]], arena[pools[1]], arena[pools[2]])
        (sums, gradientSums) = (arena[pairs[0]], arena[pairs[1]])
        (statistics, dense, turned) = (arena[normalization], arena[denseGradient], arena[weights])
        self.arena = arena
        var choiceArena = Arena<UInt8>(holding: pooled)
        choice = choiceArena.take(pooled)
        self.choiceArena = choiceArena
        let rows = Convolution.tileRows(bands: bands, multiple: window.times)
        scratchCount = Convolution.scratchCount(inputs: max(inputs, filters), bands: bands, rows: rows)
    }

    /// Convolves and pools one sequence, and computes sums for the batch statistics.
    /// - Parameter input: [times, bands, inputs].
    func convolve(
        _ sequence: Int, input: TensorRef<Scalar>, weight: TensorRef<Scalar>, gain: TensorRef<Scalar>,
        scratch: MutableTensorRef<Scalar>
    ) {
        let (x, pooled, places) = (values.item(sequence), extremes.item(sequence), choice.item(sequence))
        let sum = row(of: sequence, in: sums)
        sum.fill(0)
        forEachTile(of: x.shape) { rows in
            Convolution.forward(
                output: x.rows(rows), from: rows.lowerBound, input: input, past: past, weight: weight, scratch: scratch)
            let pooledRows = rows.lowerBound / window.times..<rows.upperBound / window.times
            MaxPool.forward(
                pooled: pooled.rows(pooledRows), choice: places.rows(pooledRows), input: x.rows(rows).readOnly,
                window: window, gain: gain, sums: sum)
        }
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
        sum.fill(0)
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
        Convolution.rotate(weight: weight, into: turned)
    }

    /// Adds one sequence's part of the weight gradient; writes the input's gradient if requested.
    /// - Parameter inputGradient: [times, bands, inputs].
    func backward(
        _ sequence: Int, input: TensorRef<Scalar>, inputGradient: MutableTensorRef<Scalar>?,
        weightGradient: MutableTensorRef<Scalar>, scratch: MutableTensorRef<Scalar>
    ) {
        let (x, slopes, places) = (values.item(sequence), outputGradient.item(sequence), choice.item(sequence))
        let filters = dense.shape[1]
        let scale = statistics.rows(2..<3).reshaped(Shape(filters))
        forEachTile(of: x.shape) { rows in
            let pooledRows = rows.lowerBound / window.times..<rows.upperBound / window.times
            MaxPool.backward(
                values: x.rows(rows), gradient: slopes.rows(pooledRows).readOnly,
                choice: places.rows(pooledRows).readOnly, window: window, slope: dense.rows(0..<1).readOnly,
                offset: dense.rows(1..<2).readOnly, scale: scale.readOnly)
            Convolution.backwardWeight(
                weightGradient: weightGradient, outputGradient: x.rows(rows).readOnly, from: rows.lowerBound,
                input: input, past: past, scratch: scratch)
        }
        guard let inputGradient else { return }
        forEachTile(of: x.shape) { rows in
            Convolution.forward(
                output: inputGradient.rows(rows), from: rows.lowerBound, input: x.readOnly, past: 2 - past,
                weight: turned.readOnly, scratch: scratch)
        }
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

    private func forEachTile(of shape: Shape, _ body: (Range<Int>) -> Void) {
        let step = Convolution.tileRows(bands: shape[1], multiple: window.times)
        for first in stride(from: 0, to: shape[0], by: step) { body(first..<min(first + step, shape[0])) }
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
