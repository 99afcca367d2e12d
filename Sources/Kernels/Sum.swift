public import Tensor

/// Element-wise sums.
public enum Sum {
    /// total += term, of equal counts.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    public static func add<Scalar: KernelScalar>(_ term: TensorRef<Scalar>, to total: MutableTensorRef<Scalar>) {
        precondition(term.count == total.count, "terms of a sum have equal counts")
        let (x, y) = unsafe (term.unsafeBase, total.unsafeBase)
        for i in 0..<total.count { unsafe y[i] += x[i] }
    }
}
