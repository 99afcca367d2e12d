import Kernels
import Platform
import Tensor
import Testing

/// Uniform in -1...1, the same in every run.
func noise(_ count: Int, seed: UInt64) -> [Double] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in 2 * random.unit() - 1 }
}

/// A tensor that the test owns for as long as the process lives.
func tensor(_ shape: Shape, _ values: [Double]? = nil) -> MutableTensorRef<Double> {
    let base = UnsafeMutablePointer<Double>.allocate(capacity: shape.count)
    unsafe base.initialize(repeating: 0, count: shape.count)
    let tensor = unsafe MutableTensorRef(unsafeBase: base, shape: shape)
    if let values { tensor.copy(from: values) }
    return tensor
}

func dot(_ a: MutableTensorRef<Double>, _ b: MutableTensorRef<Double>) -> Double {
    zip(a.array, b.array).reduce(0) { $0 + $1.0 * $1.1 }
}

/// Compares a gradient with central differences of `loss` in every element of `values`.
func expectGradient(
    _ gradient: MutableTensorRef<Double>, of values: MutableTensorRef<Double>, _ what: String,
    loss: () -> Double
) {
    for i in 0..<values.count {
        let (kept, step) = (values[i], 1e-5)
        values[i] = kept + step
        let above = loss()
        values[i] = kept - step
        let below = loss()
        values[i] = kept
        let expected = (above - below) / (2 * step)
        #expect(
            abs(gradient[i] - expected) <= 1e-6 * max(0.1, abs(expected)),
            "\(what)[\(i)]: \(gradient[i]), by differences \(expected)")
    }
}

func expectClose(_ found: MutableTensorRef<Double>, _ expected: [Double], _ what: String) {
    let worst = zip(found.array, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? .infinity
    #expect(found.count == expected.count && worst < 1e-12, "\(what): off by \(worst)")
}
