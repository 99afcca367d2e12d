package import Kernels
package import Tensor

/// A direction output of a network for losses: raw or as a unit vector, with gradients at zero too.
package struct OutputDirection {
    package let vector: SIMD3<Double>
    /// Length of the output before normalisation; nil for a raw one.
    private let length: Double?

    package init(_ output: SIMD3<Double>, isUnit: Bool) {
        length = isUnit ? output.lengthOffZero : nil
        vector = length.map { output / $0 } ?? output
    }

    /// The gradient with respect to the output from that with respect to `vector`.
    func gradient(ofVector gradient: SIMD3<Double>) -> SIMD3<Double> {
        guard let length else { return gradient }
        // Only the component that rotates the unit vector remains.
        return (gradient - (gradient * vector).sum() * vector) / length
    }
}

extension SIMD3<Double> {
    package init<Element: KernelScalar>(_ vectors: TensorRef<Element>, row: Int) {
        self.init(Double(vectors[row * 3]), Double(vectors[row * 3 + 1]), Double(vectors[row * 3 + 2]))
    }

    /// The Euclidean norm, bounded away from zero so that its gradient exists.
    var lengthOffZero: Double { ((self * self).sum() + 1e-12).squareRoot() }
}
