public import Tensor

/// 3x3 convolution, stride 1, channel last: [time, band, channel], zero beyond the first and last band.
///
/// Weights are [3 times, 3 bands, inputs, outputs], which makes them the right-hand matrix of one product per tile, whose
/// left-hand side gathers the nine neighbours of each position. A tile fits into the second-level cache, so gathering is cheap
/// relative to the product, and the whole gathered input never exists in memory.
///
/// Output row t depends on input rows t - past ... t - past + 2; rows outside the input count as zeros. So `past` is 2 for a
/// causal network, 1 for a symmetric one, and 0 if the caller keeps the two previous rows itself.
public enum Convolution {
    /// Positions (time x band) of a tile; whole rows of time are gathered, at least one.
    static var tilePositions: Int { 320 }

    /// Elements of scratch for any call with these extents.
    public static func scratchCount(inputs: Int, bands: Int, rows: Int) -> Int { rows * bands * 9 * inputs }

    /// Rows of time in a tile: a multiple of `multiple` near `tilePositions` positions.
    public static func tileRows(bands: Int, multiple: Int = 1) -> Int {
        max(1, tilePositions / (bands * multiple)) * multiple
    }

    /// - Parameters:
    ///   - output: [rows, bands, outputs], of output rows `first..<first + rows`.
    ///   - input: [times, bands, inputs].
    ///   - weight: [3, 3, inputs, outputs].
    ///   - scratch: at least `scratchCount` elements; contains the gathered neighbours afterwards.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func forward<Scalar: KernelScalar>(
        output: MutableTensorRef<Scalar>, from first: Int, input: TensorRef<Scalar>, past: Int,
        weight: TensorRef<Scalar>, scratch: MutableTensorRef<Scalar>
    ) {
        let (rows, bands, inputs, outputs) = (output.shape[0], input.shape[1], weight.shape[2], weight.shape[3])
        precondition(
            output.shape[1] == bands && output.shape[2] == outputs && input.shape[2] == inputs,
            "convolution: \(input.shape) by \(weight.shape) does not give \(output.shape)")
        gather(input, rows: first..<first + rows, past: past, into: scratch)
        unsafe Scalar.multiply(
            rows * bands, outputs, 9 * inputs, scratch.unsafeBase, 9 * inputs, transposedA: false, weight.unsafeBase,
            outputs, transposedB: false, beta: 0, output.unsafeBase, outputs)
    }

    /// The input's gradient is the convolution of the output's gradient with the weights rotated by 180 degrees and with inputs
    /// and outputs exchanged: `forward(past: 2 - past)` with the result of this function. The weight's gradient: see `Winograd`.
    /// - Parameter turned: [3, 3, outputs, inputs].
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func rotate<Scalar: KernelScalar>(weight: TensorRef<Scalar>, into turned: MutableTensorRef<Scalar>) {
        let (inputs, outputs) = (weight.shape[2], weight.shape[3])
        precondition(turned.count == weight.count, "rotated weights have the count of the weights")
        for tap in 0..<9 {
            let source = unsafe weight.unsafeBase + (8 - tap) * inputs * outputs
            let target = unsafe turned.unsafeBase + tap * inputs * outputs
            for o in 0..<outputs {
                for i in 0..<inputs { unsafe target[o * inputs + i] = source[i * outputs + o] }
            }
        }
    }

    /// Writes, for every position of output rows `rows`, its nine neighbours: [rows, bands, 3, 3, channels].
    @inline(__always)
    private static func gather<Scalar: KernelScalar>(
        _ input: TensorRef<Scalar>, rows: Range<Int>, past: Int, into scratch: MutableTensorRef<Scalar>
    ) {
        let (times, bands, channels) = (input.shape[0], input.shape[1], input.shape[2])
        precondition(
            scratch.count >= rows.count * bands * 9 * channels, "the convolution's scratch is too small")
        precondition(bands >= 2, "a convolution has at least two bands")
        let run = 3 * channels
        for (tileRow, row) in rows.enumerated() {
            for tap in 0..<3 {
                let target = unsafe scratch.unsafeBase + tileRow * bands * 3 * run + tap * run
                let time = row - past + tap
                if time < 0 || time >= times {
                    for band in 0..<bands { unsafe (target + band * 3 * run).update(repeating: 0, count: run) }
                    continue
                }
                let source = unsafe input.unsafeBase + time * bands * channels
                unsafe target.update(repeating: 0, count: channels)
                unsafe (target + channels).update(from: source, count: 2 * channels)
                for band in 1..<bands - 1 {
                    unsafe copy(source + (band - 1) * channels, to: target + band * 3 * run, count: run)
                }
                let last = unsafe target + (bands - 1) * 3 * run
                unsafe last.update(from: source + (bands - 2) * channels, count: 2 * channels)
                unsafe (last + 2 * channels).update(repeating: 0, count: channels)
            }
        }
    }

    /// A loop is faster than memmove for short ranges.
    @inline(__always)
    @unsafe private static func copy<Scalar: KernelScalar>(
        _ source: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>, count: Int
    ) {
        if count >= 64 { return unsafe target.update(from: source, count: count) }
        for i in 0..<count { unsafe target[i] = source[i] }
    }

    /// Folds a subsequent batch normalisation into the weights: scale x + shift with x = input by weight.
    /// - Parameters:
    ///   - folded: [3, 3, inputs, outputs]; weight times each output's scale.
    ///   - bias: [outputs]; the shift.
    ///   - statistics: [4, outputs] of `BatchNorm`.
    public static func fold<Scalar: KernelScalar>(
        weight: TensorRef<Scalar>, statistics: TensorRef<Scalar>, into folded: MutableTensorRef<Scalar>,
        bias: MutableTensorRef<Scalar>
    ) {
        let outputs = weight.shape[3]
        precondition(folded.count == weight.count && bias.count == outputs && statistics.count == 4 * outputs)
        for i in 0..<weight.count { folded[i] = weight[i] * statistics[2 * outputs + i % outputs] }
        for o in 0..<outputs { bias[o] = statistics[3 * outputs + o] }
    }
}
