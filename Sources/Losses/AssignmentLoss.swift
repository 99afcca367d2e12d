public import Kernels
public import Platform
public import Tensor

/// How predictions are assigned to references, and the weights of the terms.
public struct AssignmentLossSettings: Sendable, Hashable {
    /// The part of an output that is compared with its reference.
    public enum Distance: String, Sendable, Hashable, CaseIterable {
        /// The unit vector in its direction, as in the tracking losses.
        case unit
        /// The raw vector, including its length.
        case raw
    }

    /// Blocks for which an assignment is fixed: 1 assigns each block separately; `nil` the whole sequence.
    public var window: Int? = 5
    public var distance = Distance.unit
    public var positionWeight = 1.0
    public var activityWeight = 1.0
    /// Angular error in degrees at which the target activity is one half: activity then estimates whether the direction is
    /// useful, not only whether a source is active. 0: the target of active sources is 1, whatever the direction.
    public var activityDegrees = 0.0
    /// Weight of misses, false tracks and identity switches per reference, counted smoothly: 1 - MOTA within 20 degrees.
    public var matchWeight = 0.0

    public init() {}
}

/// Exact assignment of outputs to reference slots over a trailing window, then distance and activity.
///
/// Per block t and permutation pi the cost is the sum over slots j of a_j wp |v_pi(j) - x_j| / N + wa BCE(l_pi(j), a_j) / M,
/// with v the outputs (unit vectors, or raw: see `Distance`), x unit references, a their activity, N the sum of all a and M the
/// outputs of the batch. The permutation of block t has the lowest cost over blocks t-W+1...t, and no gradient flows through
/// that choice. References keep their slot for the whole event, so a switch costs W blocks of error. At most 4 slots, 24
/// permutations.
///
/// With `activityDegrees` D the entropy's target is not a_j but a_j q, where q falls from 1 at D/2 degrees between output and
/// reference to 0 at 3D/2, as box detectors learn the quality of their boxes (Li et al., NeurIPS 2020). No gradient flows
/// through q, and the permutation is chosen without it.
///
/// With `matchWeight` a third term is the sum of misses, false tracks and identity switches over N (`SoftMatch`), under the
/// same permutation. All terms are computed in double whatever the network's precision; a step has a few thousand of them.
public struct AssignmentLoss<Scalar: KernelScalar>: BatchLoss, Sendable {
    public let settings: AssignmentLossSettings
    public let slots: Int
    /// permutation[j] is the output assigned to slot j.
    private let permutations: [[Int]]

    public init(settings: AssignmentLossSettings, slots: Int) {
        precondition((1...4).contains(slots), "1 to 4 slots")
        self.settings = settings
        self.slots = slots
        permutations = Self.permutations(of: Array(0..<slots))
    }

    public func evaluate(_ batch: LossBatch<Scalar>, team: WorkerTeam) -> LossValue {
        precondition(batch.slots == slots, "a batch of as many slots")
        let activeCount = batch.share.sum((0..<batch.active.count).reduce(0) { $0 + Double(batch.active[$1]) })
        let values = PerSequence(batch.share, of: LossValue())
        team.run { worker in
            for item in team.share(worker, of: batch.sequences) {
                let rows = batch.rows(item)
                values[item] = sequence(
                    directions: batch.directions.rows(rows), logits: batch.logits.rows(rows),
                    references: batch.references.rows(rows), active: batch.active.rows(rows),
                    positionScale: 1 / max(activeCount, 1), activityScale: 1 / Double(batch.outputs),
                    directionGradient: batch.directionGradient.rows(rows), logitGradient: batch.logitGradient.rows(rows))
            }
        }
        return values.sum(into: LossValue()) { $0 += $1 }
    }

    /// Forward and backward of one sequence.
    /// - Parameters:
    ///   - directions: [T, slots, 3] raw outputs; `logits`: [T, slots].
    ///   - references: [T, slots, 3] unit vectors; `active`: [T, slots], 0 or 1 from labels, any value between from a teacher.
    ///   - positionScale: 1 / active references of the batch; `activityScale`: 1 / outputs of the batch.
    ///   - directionGradient: [T, slots, 3] and `logitGradient`: [T, slots], overwritten.
    public func sequence(
        directions: TensorRef<Scalar>, logits: TensorRef<Scalar>,
        references: TensorRef<Float>, active: TensorRef<Float>,
        positionScale: Double, activityScale: Double,
        directionGradient: MutableTensorRef<Scalar>, logitGradient: MutableTensorRef<Scalar>
    ) -> LossValue {
        let blocks = logits.count / slots
        let wp = settings.positionWeight * positionScale
        let wa = settings.activityWeight * activityScale
        let wm = settings.matchWeight * positionScale
        var distance = [Double](repeating: 0, count: blocks * slots * slots)
        var entropy = distance
        for t in 0..<blocks {
            for i in 0..<slots {
                let logit = Double(logits[t * slots + i])
                for j in 0..<slots {
                    let at = (t * slots + i) * slots + j
                    let isActive = Double(active[t * slots + j])
                    if isActive > 0 {
                        let apart = output(directions, t * slots + i).vector - SIMD3(references, row: t * slots + j)
                        distance[at] = apart.lengthOffZero
                    }
                    entropy[at] = Self.crossEntropy(logit: logit, target: isActive)
                }
            }
        }

        let chosen = assign(blocks: blocks) { t, i, j in
            let at = (t * slots + i) * slots + j
            return wp * Double(active[t * slots + j]) * distance[at] + wa * entropy[at]
        }

        directionGradient.fill(0)
        var loss = LossValue()
        // The output that last matched each reference, until the reference becomes inactive.
        var holders = [Int?](repeating: nil, count: slots)
        for t in 0..<blocks {
            for j in 0..<slots {
                let i = permutations[chosen[t]][j]
                let at = (t * slots + i) * slots + j
                let isActive = Double(active[t * slots + j])
                let logit = Double(logits[t * slots + i])
                let output = output(directions, t * slots + i)
                let reference = SIMD3<Double>(references, row: t * slots + j)
                let target = isActive > 0 ? isActive * quality(of: output, at: reference) : 0
                logitGradient[t * slots + i] = Scalar(wa * (logistic(logit) - target))
                let cost = target == isActive ? entropy[at] : Self.crossEntropy(logit: logit, target: target)
                loss.activity += cost * activityScale
                loss.total += wa * cost
                if wm > 0 {
                    let match = SoftMatch(output: SIMD3(directions, row: t * slots + i), logit: logit, reference: reference)
                    let isOther = holders[j].map { $0 != i } ?? false
                    let matchCost = match.cost(active: isActive, isOtherThanBefore: isOther)
                    loss.tracking += matchCost * positionScale
                    loss.total += wm * matchCost
                    let gradients = match.gradients(active: isActive, isOtherThanBefore: isOther)
                    logitGradient[t * slots + i] += Scalar(wm * gradients.logit)
                    add(wm * gradients.output, to: directionGradient, row: t * slots + i)
                    holders[j] = isActive < 0.5 ? nil : match.isMatch ? i : holders[j]
                }
                guard isActive > 0 else { continue }
                loss.position += isActive * distance[at] * positionScale
                loss.total += wp * isActive * distance[at]
                let apart = output.vector - reference
                let gradient = output.gradient(ofVector: wp * isActive / distance[at] * apart)
                add(gradient, to: directionGradient, row: t * slots + i)
            }
        }
        return loss
    }

    /// The permutation of each block: lowest cost over its trailing window; among equals the previous one is kept.
    private func assign(blocks: Int, _ cost: (_ block: Int, _ output: Int, _ slot: Int) -> Double) -> [Int] {
        var perBlock = [Double](repeating: 0, count: blocks * permutations.count)
        for t in 0..<blocks {
            for (p, permutation) in permutations.enumerated() {
                var sum = 0.0
                for j in 0..<slots { sum += cost(t, permutation[j], j) }
                perBlock[t * permutations.count + p] = sum
            }
        }
        var windowed = [Double](repeating: 0, count: permutations.count)
        func add(block t: Int, sign: Double) {
            for p in permutations.indices { windowed[p] += sign * perBlock[t * permutations.count + p] }
        }
        var current = 0
        func settle() {
            for p in permutations.indices where windowed[p] < windowed[current] - 1e-12 { current = p }
        }
        guard let window = settings.window else {
            for t in 0..<blocks { add(block: t, sign: 1) }
            settle()
            return [Int](repeating: current, count: blocks)
        }
        return (0..<blocks).map { t in
            add(block: t, sign: 1)
            if t >= window { add(block: t - window, sign: -1) }
            settle()
            return current
        }
    }

    /// The target share of activity by the angle between output and reference, 0...1; see `activityDegrees`.
    private func quality(of output: OutputDirection, at reference: SIMD3<Double>) -> Double {
        guard settings.activityDegrees > 0 else { return 1 }
        let (v, x) = (output.vector, reference)
        let cross = SIMD3(v.y * x.z - v.z * x.y, v.z * x.x - v.x * x.z, v.x * x.y - v.y * x.x)
        let degrees = arcTangent((cross * cross).sum().squareRoot(), (v * x).sum()) * 180 / .pi
        return min(max(1.5 - degrees / settings.activityDegrees, 0), 1)
    }

    private func output(_ directions: TensorRef<Scalar>, _ row: Int) -> OutputDirection {
        OutputDirection(SIMD3(directions, row: row), isUnit: settings.distance == .unit)
    }

    private func add(_ gradient: SIMD3<Double>, to gradients: MutableTensorRef<Scalar>, row: Int) {
        for axis in 0..<3 { gradients[row * 3 + axis] += Scalar(gradient[axis]) }
    }

    /// -a log p - (1 - a) log (1 - p) from the logit, without overflow.
    private static func crossEntropy(logit: Double, target: Double) -> Double {
        max(logit, 0) - logit * target + naturalLogarithm(1 + exponential(-abs(logit)))
    }

    private static func permutations(of items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { k in
            var rest = items
            let first = rest.remove(at: k)
            return permutations(of: rest).map { [first] + $0 }
        }
    }
}
