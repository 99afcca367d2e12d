extension TensorRef<Float> {
    /// The Euclidean norm, summed in double in a fixed order.
    public var euclideanNorm: Float { Float(squareSum.squareRoot()) }

    /// The sum of squares, in double and in a fixed order.
    public var squareSum: Double {
        let base = unsafe unsafeBase
        var lanes = SIMD8<Double>()
        let whole = count / 8 * 8
        for i in stride(from: 0, to: whole, by: 8) {
            var values = SIMD8<Double>()
            for lane in 0..<8 { values[lane] = unsafe Double(base[i + lane]) }
            lanes += values * values
        }
        var sum = lanes.sum()
        for i in whole..<count {
            let value = unsafe Double(base[i])
            sum += value * value
        }
        return sum
    }
}
