import Platform
import Tensor

/// The assignment of N outputs to N references by entropic optimal transport (Cuturi, NIPS 2013), and its gradient.
///
///     P = argmin  sum P C + temperature sum P log P,  every row and column of P sums to 1
///
/// As the temperature falls to 0, P becomes the exact assignment. A column of equal costs is slack: it takes an output that no
/// reference needs, whatever the cost. P is that of Sinkhorn's iterations. Near a permutation they converge as slowly as
/// 1/iterations, so the potentials of the columns are found by damped Newton steps instead (Brauer et al., Sinkhorn-Newton, 2017),
/// in log domain, while the temperature halves from one at which P is nearly uniform.
///
/// Owned by one worker; N is at most 4.
final class EntropicAssignment {
    private let size: Int
    /// Sums of a column may differ from 1 by this, times the largest exponent, which rounding limits.
    private static let tolerance = 1e-12
    /// Columns that share less mass than this are solved separately: their residuals are rounding errors.
    private static let leastWeight = 1e-14
    /// Of one temperature. Five suffice for quadratic convergence, a hundred bound the time of any matrix.
    private static let mostSteps = 100

    /// [N]: potentials of the columns in the unit of the costs; the right side, then the solution, of a Newton step.
    private let potentials, steps, pivots: MutableTensorRef<Double>
    /// [N, N]: sum_i P_ij P_ik, the weights between columns.
    private let weights: MutableTensorRef<Double>
    private let arena: Arena<Double>

    /// - Parameter size: N, at least 1.
    init(size: Int) {
        self.size = size
        var layout = ArenaLayout<Double>()
        let (lines, square) = (layout.add(Shape(size), times: 3), layout.add(Shape(size, size)))
        let arena = Arena(layout)
        (potentials, steps, pivots, weights) = (arena[lines[0]], arena[lines[1]], arena[lines[2]], arena[square])
        self.arena = arena
    }

    /// - Parameters:
    ///   - costs: [N, N]; `plan`: [N, N], overwritten by P: NaN for costs that are not finite.
    ///   - temperature: above 0, in the unit of the costs.
    func forward(costs: TensorRef<Double>, temperature: Double, plan: MutableTensorRef<Double>) {
        guard (0..<costs.count).allSatisfy({ costs[$0].isFinite }) else {
            plan.fill(.nan)
            return
        }
        var spread = 0.0
        for j in 0..<size {
            var (least, most) = (costs[j], costs[j])
            for i in 1..<size { (least, most) = (min(least, costs[i * size + j]), max(most, costs[i * size + j])) }
            // A large constant cost then raises no exponent.
            potentials[j] = least
            spread = max(spread, most - least)
        }
        var level = max(temperature, spread / 2)
        settle(costs, level, plan, spread)
        while level > temperature {
            level = max(temperature, level / 2)
            settle(costs, level, plan, spread)
        }
    }

    /// Newton steps at one temperature, from the potentials of the one before.
    private func settle(_ costs: TensorRef<Double>, _ temperature: Double, _ plan: MutableTensorRef<Double>, _ spread: Double) {
        let tolerance = Self.tolerance * max(1, spread / temperature)
        for _ in 0..<Self.mostSteps {
            guard fill(plan, costs, temperature) > tolerance else { return }
            weigh(plan.readOnly)
            solve(above: Self.leastWeight)
            var (least, most) = (steps[0], steps[0])
            for j in 1..<size { (least, most) = (min(least, steps[j]), max(most, steps[j])) }
            // The third derivative of a log-sum-exp is at most the second times this range: a step damped like this never overshoots.
            let scale = temperature / (1 + (most - least) / 2)
            for j in 0..<size { potentials[j] += scale * steps[j] }
        }
    }

    /// Rows of P as the softmax of (potential - cost) / temperature, and 1 minus the sums of its columns in `steps`.
    /// - Returns: the largest absolute value of these.
    private func fill(_ plan: MutableTensorRef<Double>, _ costs: TensorRef<Double>, _ temperature: Double) -> Double {
        steps.fill(1)
        for i in 0..<size {
            var best = -Double.infinity
            for j in 0..<size { best = max(best, potentials[j] - costs[i * size + j]) }
            var sum = 0.0
            for j in 0..<size {
                let value = exponential((potentials[j] - costs[i * size + j] - best) / temperature)
                plan[i * size + j] = value
                sum += value
            }
            for j in 0..<size {
                plan[i * size + j] /= sum
                steps[j] -= plan[i * size + j]
            }
        }
        return (0..<size).reduce(0) { max($0, abs(steps[$1])) }
    }

    /// Adds the gradient with respect to the costs, times `scale`, given that with respect to P: exact, by the implicit function
    /// theorem, since the columns' sums stay 1.
    /// - Parameters:
    ///   - plan: [N, N] of `forward` at this temperature; `planGradient`: [N, N].
    ///   - costGradient: [N, N].
    func backward(
        scale: Double, temperature: Double, plan: TensorRef<Double>, planGradient: TensorRef<Double>,
        costGradient: MutableTensorRef<Double>
    ) {
        // The potentials' reaction: what a change of the costs does to the sums of the columns, they undo.
        for j in 0..<size { steps[j] = (0..<size).reduce(0) { $0 + slope($1, j, plan, planGradient, withReaction: false) } }
        weigh(plan)
        solve(above: 0)
        for i in 0..<size {
            for j in 0..<size {
                costGradient[i * size + j] -= scale / temperature * slope(i, j, plan, planGradient, withReaction: true)
            }
        }
    }

    /// P_ij sum_k P_ik (G_ij - G_ik), the gradient through the softmax of a row; with differences, it keeps its accuracy where P_ij
    /// is nearly 1. G without the reaction, which is in `steps`, or with it.
    private func slope(
        _ i: Int, _ j: Int, _ plan: TensorRef<Double>, _ gradient: TensorRef<Double>, withReaction: Bool
    ) -> Double {
        var sum = 0.0
        for k in 0..<size where k != j {
            let apart = gradient[i * size + j] - gradient[i * size + k] - (withReaction ? steps[j] - steps[k] : 0)
            sum += plan[i * size + k] * apart
        }
        return plan[i * size + j] * sum
    }

    private func weigh(_ plan: TensorRef<Double>) {
        for j in 0..<size {
            for k in 0..<size {
                weights[j * size + k] = (0..<size).reduce(0) { $0 + plan[$1 * size + j] * plan[$1 * size + k] }
            }
        }
    }

    /// Solves sum_k w_jk (x_j - x_k) = b_j, with b in `steps`, which x replaces; columns without a weight above `least` get 0.
    ///
    /// Elimination only adds weights and never subtracts them, so that the smallest keep their accuracy (Grassmann, Taksar and Heyman,
    /// 1985).
    private func solve(above least: Double) {
        for m in stride(from: size - 1, to: 0, by: -1) {
            pivots[m] = (0..<m).reduce(0) { $0 + weights[m * size + $1] }
            guard pivots[m] > least else { continue }
            for k in 0..<m {
                let share = weights[m * size + k] / pivots[m]
                steps[k] += steps[m] * share
                for l in 0..<m where l != k { weights[k * size + l] += weights[m * size + l] * share }
            }
        }
        steps[0] = 0
        for m in 1..<size {
            guard pivots[m] > least else {
                steps[m] = 0
                continue
            }
            steps[m] = (0..<m).reduce(steps[m]) { $0 + weights[m * size + $1] * steps[$1] } / pivots[m]
        }
    }
}
