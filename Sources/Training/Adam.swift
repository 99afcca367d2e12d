public import Tensor

/// Adam (Kingma and Ba, ICLR 2015) over one block of parameters, with bias correction and a bound on the gradient's norm.
public struct Adam: ~Copyable {
    public static let beta1: Float = 0.9
    public static let beta2: Float = 0.999
    public static let epsilon: Float = 1e-8

    private var arena: Arena<Float>
    /// Running means of the gradient and of its square, in the order of the parameters.
    public let firstMoment: MutableTensorRef<Float>
    public let secondMoment: MutableTensorRef<Float>
    /// Steps taken.
    public var step = 0

    public init(count: Int) {
        arena = Arena(capacity: 2 * Arena<Float>.footprint(Shape(count)))
        firstMoment = arena.take(Shape(count))
        secondMoment = arena.take(Shape(count))
    }

    /// One step: the gradient is scaled to a norm of at most `clip`, then applied.
    /// - Parameters: `parameters` and `gradient` of this optimizer's count.
    /// - Returns: the gradient's Euclidean norm before it was bounded.
    @discardableResult
    public mutating func update(
        parameters: MutableTensorRef<Float>, gradient: TensorRef<Float>, rate: Float, clip: Float
    ) -> Float {
        precondition(parameters.count == firstMoment.count && gradient.count == firstMoment.count, "one moment each")
        step += 1
        let norm = Self.norm(gradient)
        let scale = norm > clip ? clip / norm : 1
        // Bias correction folded into the rate and into epsilon's place, as in the paper's section 2.
        let correction1 = 1 - power(Self.beta1, step)
        let correction2 = 1 - power(Self.beta2, step)
        let stepSize = rate / correction1
        let inverseRoot2 = 1 / correction2.squareRoot()
        let p = unsafe parameters.unsafeBase
        let g = unsafe gradient.unsafeBase
        let m = unsafe firstMoment.unsafeBase
        let v = unsafe secondMoment.unsafeBase
        for i in 0..<parameters.count {
            let gradient = unsafe g[i] * scale
            let first = unsafe Self.beta1 * m[i] + (1 - Self.beta1) * gradient
            let second = unsafe Self.beta2 * v[i] + (1 - Self.beta2) * gradient * gradient
            unsafe m[i] = first
            unsafe v[i] = second
            unsafe p[i] -= stepSize * first / (second.squareRoot() * inverseRoot2 + Self.epsilon)
        }
        return norm
    }

    /// The Euclidean norm, summed in double in a fixed order.
    public static func norm(_ x: TensorRef<Float>) -> Float {
        let base = unsafe x.unsafeBase
        var lanes = SIMD8<Double>()
        let whole = x.count / 8 * 8
        for i in stride(from: 0, to: whole, by: 8) {
            var values = SIMD8<Double>()
            for lane in 0..<8 { values[lane] = unsafe Double(base[i + lane]) }
            lanes += values * values
        }
        var sum = lanes.sum()
        for i in whole..<x.count {
            let value = unsafe Double(base[i])
            sum += value * value
        }
        return Float(sum.squareRoot())
    }

    private func power(_ base: Float, _ exponent: Int) -> Float {
        Float(exponential(naturalLogarithm(Double(base)) * Double(exponent)))
    }
}
