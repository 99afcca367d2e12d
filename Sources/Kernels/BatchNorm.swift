public import Tensor

/// Batch normalisation over every position of a channel (Ioffe and Szegedy, 2015), followed by ReLU.
///
/// It uses the results of `MaxPool`: the sums over the unpooled tensor and the pooled extremes.
public enum BatchNorm {
    /// Added to the variance, PyTorch's default.
    public static var epsilon: Double { 1e-5 }
    /// Weight of a batch in the running statistics, PyTorch's default.
    public static var momentum: Double { 0.1 }

    /// Batch mean and inverse deviation, and the scale and shift that apply them.
    /// - Parameters:
    ///   - statistics: [4, channels]; mean, 1 / deviation, scale, shift are written.
    ///   - sums: one [2, channels] for each part of the batch: sums of x and x^2, added in order, so that the result does not
    ///     depend on the workers.
    ///   - count: number of summed positions.
    ///   - mean, variance: [channels]; running statistics, updated with `momentum` (unbiased variance).
    public static func batchStatistics<Scalar: KernelScalar>(
        _ statistics: MutableTensorRef<Scalar>, sums: [MutableTensorRef<Scalar>], count: Int, gain: TensorRef<Scalar>,
        bias: TensorRef<Scalar>, mean: MutableTensorRef<Scalar>, variance: MutableTensorRef<Scalar>
    ) {
        let channels = gain.count
        for c in 0..<channels {
            var (sum, squares) = (0.0, 0.0)
            for part in sums {
                sum += Double(part[c])
                squares += Double(part[channels + c])
            }
            let average = sum / Double(count)
            let spread = max(0, squares / Double(count) - average * average)
            let unbiased = spread * Double(count) / Double(max(1, count - 1))
            mean[c] = Scalar(Double(mean[c]) * (1 - momentum) + momentum * average)
            variance[c] = Scalar(Double(variance[c]) * (1 - momentum) + momentum * unbiased)
            write(statistics, c, mean: average, variance: spread, gain: gain[c], bias: bias[c])
        }
    }

    /// The same from running statistics.
    public static func runningStatistics<Scalar: KernelScalar>(
        _ statistics: MutableTensorRef<Scalar>, gain: TensorRef<Scalar>, bias: TensorRef<Scalar>,
        mean: TensorRef<Scalar>, variance: TensorRef<Scalar>
    ) {
        for c in 0..<gain.count {
            write(statistics, c, mean: Double(mean[c]), variance: Double(variance[c]), gain: gain[c], bias: bias[c])
        }
    }

    private static func write<Scalar: KernelScalar>(
        _ statistics: MutableTensorRef<Scalar>, _ c: Int, mean: Double, variance: Double, gain: Scalar, bias: Scalar
    ) {
        let channels = statistics.count / 4
        let inverse = 1 / (variance + epsilon).squareRoot()
        statistics[c] = Scalar(mean)
        statistics[channels + c] = Scalar(inverse)
        statistics[2 * channels + c] = Scalar(Double(gain) * inverse)
        statistics[3 * channels + c] = Scalar(Double(bias) - mean * Double(gain) * inverse)
    }

    /// y = max(0, scale x + shift).
    /// - Parameters:
    ///   - output, input: [positions, channels]; may be the same.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func forward<Scalar: KernelScalar>(
        output: MutableTensorRef<Scalar>, input: TensorRef<Scalar>, statistics: TensorRef<Scalar>
    ) {
        let channels = statistics.count / 4
        precondition(output.count == input.count && input.count % channels == 0, "batch norm keeps the shape")
        let (scale, shift) = unsafe (statistics.unsafeBase + 2 * channels, statistics.unsafeBase + 3 * channels)
        for position in 0..<input.count / channels {
            let x = unsafe input.unsafeBase + position * channels
            let y = unsafe output.unsafeBase + position * channels
            for c in 0..<channels { unsafe y[c] = Swift.max(scale[c] * x[c] + shift[c], 0) }
        }
    }

    /// First half of backward: masks the gradient by the ReLU, and adds its sums.
    /// - Parameters:
    ///   - gradient: [positions, channels]; of the rectified output, zeroed in place where that is zero.
    ///   - extremes: [positions, channels]; the x of each output.
    ///   - sums: [2, channels]; the sums of the gradient and of gradient times normalised x are added.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func backwardSums<Scalar: KernelScalar>(
        gradient: MutableTensorRef<Scalar>, extremes: TensorRef<Scalar>, statistics: TensorRef<Scalar>,
        sums: MutableTensorRef<Scalar>
    ) {
        let channels = statistics.count / 4
        precondition(gradient.count == extremes.count && sums.count == 2 * channels, "a gradient has the length of its output")
        let mean = unsafe statistics.unsafeBase
        let (inverse, scale, shift) = unsafe (mean + channels, mean + 2 * channels, mean + 3 * channels)
        let (sum, products) = unsafe (sums.unsafeBase, sums.unsafeBase + channels)
        for position in 0..<gradient.count / channels {
            let x = unsafe extremes.unsafeBase + position * channels
            let slopes = unsafe gradient.unsafeBase + position * channels
            for c in 0..<channels {
                let slope = unsafe scale[c] * x[c] + shift[c] > 0 ? slopes[c] : 0
                unsafe slopes[c] = slope
                unsafe sum[c] += slope
                unsafe products[c] += slope * ((x[c] - mean[c]) * inverse[c])
            }
        }
    }

    /// Second half: adds the gradients of gain and bias, and computes the arguments of `MaxPool.backward`.
    /// - Parameters:
    ///   - dense: [2, channels]; factor and offset of the dense part are written.
    ///   - sums: one [2, channels] for each part of the batch, added in order.
    ///   - count: positions of the unpooled tensor.
    public static func backward<Scalar: KernelScalar>(
        dense: MutableTensorRef<Scalar>, gainGradient: MutableTensorRef<Scalar>, biasGradient: MutableTensorRef<Scalar>,
        sums: [MutableTensorRef<Scalar>], count: Int, statistics: TensorRef<Scalar>
    ) {
        let channels = statistics.count / 4
        for c in 0..<channels {
            var (sum, products) = (0.0, 0.0)
            for part in sums {
                sum += Double(part[c])
                products += Double(part[channels + c])
            }
            gainGradient[c] += Scalar(products)
            biasGradient[c] += Scalar(sum)
            // dx = scale (g - mean g - normalised x mean(g normalised x)), with normalised x = (x - mean) inverse.
            let (mean, inverse) = (Double(statistics[c]), Double(statistics[channels + c]))
            let scale = Double(statistics[2 * channels + c])
            let slope = -scale * inverse * products / Double(count)
            dense[c] = Scalar(slope)
            dense[channels + c] = Scalar(-scale * sum / Double(count) - slope * mean)
        }
    }
}
