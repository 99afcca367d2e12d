public import Dataset
public import Platform
public import Tensor

/// Adam (Kingma and Ba, ICLR 2015) over one block of parameters, with bias correction and gradient clipping.
public struct Adam: ~Copyable {
    public static let beta1: Float = 0.9
    public static let beta2: Float = 0.999
    public static let epsilon: Float = 1e-8
    /// Bound of parameters: the product of two larger ones, and with it the network's output, would no longer be finite.
    public static let largest: Float = 1e18

    /// Elements that one worker processes at a time. Sums over blocks are added in order, so that they do not depend on the workers.
    static let blockCount = 1 << 15

    private let arena: Arena<Float>
    /// [blocks]: a sum of each.
    private let sums: MutableTensorRef<Double>
    private let sumArena: Arena<Double>
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
        let shape = Shape((count + Self.blockCount - 1) / Self.blockCount)
        var sumArena = Arena<Double>(holding: shape)
        sums = sumArena.take(shape)
        self.sumArena = sumArena
    }

    /// One step: the gradient is scaled to a norm of at most `clip`, then applied.
    /// - Parameters:
    ///   - parameters, gradient: of this optimizer's count.
    ///   - team: shares the work; the result does not depend on it.
    /// - Returns: the gradient's Euclidean norm before clipping.
    /// - Throws: `notFinite` for a gradient that is not finite, or that would move a parameter beyond `largest`. Then nothing
    ///   is changed.
    @discardableResult
    public mutating func update(
        parameters: MutableTensorRef<Float>, gradient: TensorRef<Float>, rate: Float, clip: Float, team: WorkerTeam? = nil
    ) throws(TrainingError) -> Float {
        precondition(parameters.count == firstMoment.count && gradient.count == firstMoment.count, "one moment each")
        let norm = Float(sum(team) { gradient.rows($0).squareSum }.squareRoot())
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
        let beyond = sum(team) { block in
            var count: Int32 = 0
            for i in block { count &+= abs(moved(i).parameter) <= Self.largest ? 0 : 1 }
            return Double(count)
        }
        guard beyond == 0 else { throw .notFinite(what: "parameters", step: step, recordings: [], unfit: []) }
        step += 1
        _ = sum(team) { block in
            for i in block { unsafe (p[i], m[i], v[i]) = moved(i) }
            return 0
        }
        return norm
    }

    /// The sum over all blocks, in their order.
    private func sum(_ team: WorkerTeam?, _ part: (Range<Int>) -> Double) -> Double {
        let (sums, count) = (sums, firstMoment.count)
        func addBlocks(_ blocks: Range<Int>) {
            for block in blocks {
                let first = block * Self.blockCount
                sums[block] = part(first..<min(first + Self.blockCount, count))
            }
        }
        if let team {
            team.run { addBlocks(team.share($0, of: sums.count)) }
        } else {
            addBlocks(0..<sums.count)
        }
        return (0..<sums.count).reduce(0) { $0 + sums[$1] }
    }

    private func power(_ base: Float, _ exponent: Int) -> Float {
        Float(exponential(naturalLogarithm(Double(base)) * Double(exponent)))
    }
}
