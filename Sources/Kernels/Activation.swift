public import Tensor

/// Element-wise non-linearities. The backward forms take the output, not the input, of the forward ones.
public enum Activation {
    /// 1 / (1 + e^-x). In Float the absolute error is below 2e-7.
    @inline(__always)
    static func logistic<Scalar: KernelScalar>(_ x: Scalar) -> Scalar {
        1 / (1 + Scalar.exponential(-x))
    }

    /// 1 - 2 / (1 + e^2x). In Float the absolute error is below 3e-7.
    @inline(__always)
    static func hyperbolicTangent<Scalar: KernelScalar>(_ x: Scalar) -> Scalar {
        1 - 2 / (1 + Scalar.exponential(2 * x))
    }

    /// y = max(y, 0), in place.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func rectify<Scalar: KernelScalar>(_ y: MutableTensorRef<Scalar>) {
        let values = unsafe y.unsafeBase
        for i in 0..<y.count { unsafe values[i] = Swift.max(values[i], 0) }
    }

    /// Zeroes the gradient wherever the rectified output `y` is zero.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func rectifyBackward<Scalar: KernelScalar>(
        _ gradient: MutableTensorRef<Scalar>, output y: TensorRef<Scalar>
    ) {
        precondition(gradient.count == y.count, "a gradient has the length of its output")
        let (slopes, values) = unsafe (gradient.unsafeBase, y.unsafeBase)
        for i in 0..<y.count { unsafe slopes[i] = values[i] > 0 ? slopes[i] : 0 }
    }

    /// y = tanh y, in place.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func tanh<Scalar: KernelScalar>(_ y: MutableTensorRef<Scalar>) {
        let values = unsafe y.unsafeBase
        for i in 0..<y.count { unsafe values[i] = hyperbolicTangent(values[i]) }
    }

    /// Multiplies the gradient by 1 - y^2.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func tanhBackward<Scalar: KernelScalar>(
        _ gradient: MutableTensorRef<Scalar>, output y: TensorRef<Scalar>
    ) {
        precondition(gradient.count == y.count, "a gradient has the length of its output")
        let (slopes, values) = unsafe (gradient.unsafeBase, y.unsafeBase)
        for i in 0..<y.count { unsafe slopes[i] *= 1 - values[i] * values[i] }
    }

    /// y = 1 / (1 + e^-y), in place.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func sigmoid<Scalar: KernelScalar>(_ y: MutableTensorRef<Scalar>) {
        let values = unsafe y.unsafeBase
        for i in 0..<y.count { unsafe values[i] = logistic(values[i]) }
    }

    /// Multiplies the gradient by y (1 - y).
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func sigmoidBackward<Scalar: KernelScalar>(
        _ gradient: MutableTensorRef<Scalar>, output y: TensorRef<Scalar>
    ) {
        precondition(gradient.count == y.count, "a gradient has the length of its output")
        let (slopes, values) = unsafe (gradient.unsafeBase, y.unsafeBase)
        for i in 0..<y.count { unsafe slopes[i] *= values[i] * (1 - values[i]) }
    }
}
