public import Dataset
import Platform
public import Tensor

/// Adam (Kingma and Ba, ICLR 2015) over one block of parameters, with bias correction and gradient clipping.
public struct Adam: ~Copyable {
    public static let beta1: Float = 0.9
    public static let beta2: Float = 0.999
    public static let epsilon: Float = 1e-8
    /// Bound of parameters: the product of two larger ones, and with it the network's output, would no longer be finite.
    public static let largest: Float = 1e18

    private let arena: Arena<Float>
    /// Moving averages of the gradient and of its square, in the order of the parameters.
    public let firstMoment: MutableTensorRef<Float>
    public let secondMoment: MutableTensorRef<Float>
    /// Steps taken.
    public var step = 0

    public init(count: Int) {
        var layout = ArenaLayout<Float>()
        let moments = layout.add(Shape(count), times: 2)
        let arena = Arena(layout)
        (firstMoment, secondMoment) = (arena[moments[0]], arena[moments[1]])
        self.arena = arena
    }

    /// One step: the gradient is scaled to a norm of at most `clip`, then applied.
    /// - Parameters: `parameters` and `gradient` of this optimizer's count.
    /// - Returns: the gradient's Euclidean norm before clipping.
    /// - Throws: `notFinite` for a gradient that is not finite, or that would move a parameter beyond `largest`. Then nothing
    ///   is changed.
    @discardableResult
    public mutating func update(
        parameters: MutableTensorRef<Float>, gradient: TensorRef<Float>, rate: Float, clip: Float
    ) throws(TrainingError) -> Float {
        precondition(parameters.count == firstMoment.count && gradient.count == firstMoment.count, "one moment each")
        let norm = gradient.euclideanNorm
        guard norm.isFinite else { throw .notFinite(what: "a gradient", step: step, recordings: [], unfit: []) }
        let scale = norm > clip ? clip / norm : 1
        // Bias correction is included in the rate and in epsilon, as in the paper's section 2.
        let correction1 = 1 - power(Self.beta1, step + 1)
        let correction2 = 1 - power(Self.beta2, step + 1)
        let stepSize = rate / correction1
        let inverseRoot2 = 1 / correction2.squareRoot()
        let p = unsafe parameters.unsafeBase
        let g = unsafe gradient.unsafeBase
        let m = unsafe firstMoment.unsafeBase
        let v = unsafe secondMoment.unsafeBase
        @inline(__always) func moved(_ i: Int) -> (parameter: Float, first: Float, second: Float) {
            let gradient = unsafe g[i] * scale
            let first = unsafe Self.beta1 * m[i] + (1 - Self.beta1) * gradient
            let second = unsafe Self.beta2 * v[i] + (1 - Self.beta2) * gradient * gradient
            let change = stepSize * first / (second.squareRoot() * inverseRoot2 + Self.epsilon)
            return (unsafe p[i] - change, first, second)
        }
        // A read-only pass costs far less than the network's own step, and nothing must be undone.
        var beyond: Int32 = 0
        for i in 0..<parameters.count { beyond &+= abs(moved(i).parameter) <= Self.largest ? 0 : 1 }
        guard beyond == 0 else { throw .notFinite(what: "parameters", step: step, recordings: [], unfit: []) }
        step += 1
        for i in 0..<parameters.count { unsafe (p[i], m[i], v[i]) = moved(i) }
        return norm
    }

    private func power(_ base: Float, _ exponent: Int) -> Float {
        Float(exponential(naturalLogarithm(Double(base)) * Double(exponent)))
    }
}
