public import Tensor

/// Max-pooling of a batch-normalised, rectified tensor, computed before both: with a per-channel scale s and shift, max(relu(s
/// x + shift)) = relu(s m + shift), where m is the largest x of the window, or the smallest if s < 0. So one pass over the
/// convolution's output, while its tile is in the cache, gives the pooled extremes and the sums for the batch statistics. All
/// later passes use the pooled tensor only.
public enum MaxPool {
    /// - Parameters:
    ///   - pooled: [rows / times, bands / width, channels]; the extreme x of each window.
    ///   - choice: as `pooled`; the extreme's index in its window, row by row; the first of equals.
    ///   - input: [rows, bands, channels]; rows and bands are multiples of the window's.
    ///   - window: times x bands of a window.
    ///   - gain: [channels]; only its sign counts.
    ///   - sums: [2, channels]; the sums of x and of x^2 are added.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func forward<Scalar: KernelScalar>(
        pooled: MutableTensorRef<Scalar>, choice: MutableTensorRef<UInt8>, input: TensorRef<Scalar>,
        window: (times: Int, bands: Int), gain: TensorRef<Scalar>, sums: MutableTensorRef<Scalar>
    ) {
        let (rows, bands, channels) = (input.shape[0], input.shape[1], input.shape[2])
        let (pooledRows, pooledBands) = (rows / window.times, bands / window.bands)
        precondition(
            rows == pooledRows * window.times && bands == pooledBands * window.bands
                && pooled.count == pooledRows * pooledBands * channels && choice.count == pooled.count
                && gain.count == channels && sums.count == 2 * channels,
            "max-pool: \(input.shape) does not give \(pooled.shape)")
        let (sum, squares, sign) = unsafe (sums.unsafeBase, sums.unsafeBase + channels, gain.unsafeBase)
        for row in 0..<pooledRows {
            for band in 0..<pooledBands {
                let cell = (row * pooledBands + band) * channels
                let (extreme, place) = unsafe (pooled.unsafeBase + cell, choice.unsafeBase + cell)
                let corner = (row * window.times * bands + band * window.bands) * channels
                let first = unsafe input.unsafeBase + corner
                for c in 0..<channels {
                    let x = unsafe first[c]
                    unsafe extreme[c] = x
                    unsafe place[c] = 0
                    unsafe sum[c] += x
                    unsafe squares[c] += x * x
                }
                for index in 1..<window.times * window.bands {
                    let offset = (index / window.bands * bands + index % window.bands) * channels
                    let values = unsafe first + offset
                    let mark = UInt8(truncatingIfNeeded: index)
                    for c in 0..<channels {
                        let x = unsafe values[c]
                        let beats = unsafe (sign[c] >= 0 ? x > extreme[c] : x < extreme[c])
                        unsafe extreme[c] = beats ? x : extreme[c]
                        unsafe place[c] = beats ? mark : place[c]
                        unsafe sum[c] += x
                        unsafe squares[c] += x * x
                    }
                }
            }
        }
    }

    /// Replaces the unpooled tensor by its gradient: `slope x + offset` everywhere, plus `scale` times the pooled gradient at
    /// each window's choice. This is the backward form of batch normalisation, whose dense part is affine in x.
    /// - Parameters:
    ///   - values: [rows, bands, channels]; x, replaced by its gradient.
    ///   - gradient: as pooled; the gradient of the normalised extremes.
    ///   - slope, offset, scale: [channels].
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func backward<Scalar: KernelScalar>(
        values: MutableTensorRef<Scalar>, gradient: TensorRef<Scalar>, choice: TensorRef<UInt8>,
        window: (times: Int, bands: Int), slope: TensorRef<Scalar>, offset: TensorRef<Scalar>,
        scale: TensorRef<Scalar>
    ) {
        let (rows, bands, channels) = (values.shape[0], values.shape[1], values.shape[2])
        let (pooledRows, pooledBands) = (rows / window.times, bands / window.bands)
        precondition(
            gradient.count == pooledRows * pooledBands * channels && choice.count == gradient.count,
            "max-pool backward: \(gradient.shape) does not belong to \(values.shape)")
        let (a, b, s) = unsafe (slope.unsafeBase, offset.unsafeBase, scale.unsafeBase)
        for row in 0..<pooledRows {
            for band in 0..<pooledBands {
                let cell = (row * pooledBands + band) * channels
                let (slopes, place) = unsafe (gradient.unsafeBase + cell, choice.unsafeBase + cell)
                let corner = (row * window.times * bands + band * window.bands) * channels
                for index in 0..<window.times * window.bands {
                    let offset = (index / window.bands * bands + index % window.bands) * channels
                    let x = unsafe values.unsafeBase + corner + offset
                    let mark = UInt8(truncatingIfNeeded: index)
                    for c in 0..<channels {
                        let chosen = unsafe place[c] == mark ? s[c] * slopes[c] : 0
                        unsafe x[c] = a[c] * x[c] + b[c] + chosen
                    }
                }
            }
        }
    }

    /// Inference with batch normalisation folded into the convolution: y = max(0, largest x of the window + bias).
    /// - Parameters:
    ///   - output: [rows / times, bands / width, channels].
    ///   - input: [rows, bands, channels].
    ///   - bias: [channels].
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func rectified<Scalar: KernelScalar>(
        output: MutableTensorRef<Scalar>, input: TensorRef<Scalar>, window: (times: Int, bands: Int),
        bias: TensorRef<Scalar>
    ) {
        let (rows, bands, channels) = (input.shape[0], input.shape[1], input.shape[2])
        let (pooledRows, pooledBands) = (rows / window.times, bands / window.bands)
        precondition(
            rows == pooledRows * window.times && bands == pooledBands * window.bands
                && output.count == pooledRows * pooledBands * channels && bias.count == channels,
            "max-pool: \(input.shape) does not give \(output.shape)")
        let b = unsafe bias.unsafeBase
        for row in 0..<pooledRows {
            for band in 0..<pooledBands {
                let y = unsafe output.unsafeBase + (row * pooledBands + band) * channels
                let corner = (row * window.times * bands + band * window.bands) * channels
                let first = unsafe input.unsafeBase + corner
                unsafe y.update(from: first, count: channels)
                for index in 1..<window.times * window.bands {
                    let x = unsafe first + (index / window.bands * bands + index % window.bands) * channels
                    for c in 0..<channels { unsafe y[c] = Swift.max(y[c], x[c]) }
                }
                for c in 0..<channels { unsafe y[c] = Swift.max(y[c] + b[c], 0) }
            }
        }
    }
}
