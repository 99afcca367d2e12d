import Networks
import Platform
import Tensor
import TestSupport
import Testing

@testable import Losses

@Suite struct EntropicAssignmentTests {
    private func plan(_ costs: [Double], _ size: Int, temperature: Double) -> [Double] {
        var arena = Arena<Double>(holding: Shape(1, size, size))
        let plan = arena.take(Shape(1, size, size))
        costs.withTensor(Shape(1, size, size)) {
            EntropicAssignment(size: size).forward(costs: $0, temperature: temperature, plan: plan)
        }
        return plan.array
    }

    private func gradient(_ plan: [Double], _ slopes: [Double], _ size: Int, temperature: Double, scale: Double = 1) -> [Double] {
        let shape = Shape(1, size, size)
        var arena = Arena<Double>(holding: shape)
        let gradient = arena.take(shape)
        gradient.fill(0)
        plan.withTensor(shape) { plan in
            slopes.withTensor(shape) { slopes in
                EntropicAssignment(size: size).backward(
                    scale: scale, temperature: temperature, plan: plan, planGradient: slopes, costGradient: gradient)
            }
        }
        return gradient.array
    }

    /// Costs of N outputs and some references, the other columns slack.
    private func costs(
        _ size: Int, references: Int, in range: ClosedRange<Double> = 0...2, _ random: inout RandomStream
    ) -> [Double] {
        var costs: [Double] = []
        for i in 0..<size * size {
            costs.append(i % size < references ? Double.random(in: range, using: &random) : Associator<Double>.padding)
        }
        return costs
    }

    private func slopes(_ size: Int, _ random: inout RandomStream) -> [Double] {
        var slopes: [Double] = []
        for _ in 0..<size * size { slopes.append(Double.random(in: -1...1, using: &random)) }
        return slopes
    }

    /// Against plain Sinkhorn iterations of SciPy and one linear system for the gradient (tools/oracles/entropic.py).
    @Test(arguments: 1...4) func valuesAndGradientsAgreeWithSciPy(size: Int) throws {
        let oracle = try oracleFixture("Losses/entropic.safetensors")
        let (costs, slopes) = (oracle.doubles("n\(size).costs"), oracle.doubles("n\(size).slopes"))
        for (index, temperature) in oracle.doubles("temperatures").enumerated() {
            let plans = oracle.doubles("n\(size).plan\(index)")
            let gradients = oracle.doubles("n\(size).gradient\(index)")
            for start in stride(from: 0, to: costs.count, by: size * size) {
                let one = start..<start + size * size
                let found = plan(Array(costs[one]), size, temperature: temperature)
                let slope = gradient(found, Array(slopes[one]), size, temperature: temperature, scale: 0.5)
                for i in 0..<size * size {
                    #expect(abs(found[i] - plans[start + i]) < 1e-9, "P[\(i)] at \(temperature): \(found[i]), \(plans[start + i])")
                    #expect(abs(slope[i] - 0.5 * gradients[start + i]) < 1e-8, "gradient[\(i)] at \(temperature)")
                }
            }
        }
    }

    @Test(arguments: 1...4, [10, 1, 0.2, 0.05, 0.01, 0.001]) func rowsAndColumnsSumToOne(size: Int, temperature: Double) {
        var random = RandomStream(seed: 7)
        for references in 0...size {
            for draw in 0..<20 {
                var costs = costs(size, references: references, &random)
                // Exact ties, which no temperature decides.
                if draw % 4 == 0 { costs = costs.map { ($0 * 2).rounded() / 2 } }
                let plan = plan(costs, size, temperature: temperature)
                for i in 0..<size {
                    let row = (0..<size).reduce(0) { $0 + plan[i * size + $1] }
                    let column = (0..<size).reduce(0) { $0 + plan[$1 * size + i] }
                    #expect(abs(row - 1) < 1e-9 && abs(column - 1) < 1e-8, "\(row) and \(column): \(costs)")
                }
                #expect(plan.allSatisfy { $0 >= 0 })
            }
        }
    }

    /// The exact association of the same distances, all numbers of references.
    @Test(arguments: 1...4) func coldItIsTheExactAssignment(size: Int) {
        var random = RandomStream(seed: 8)
        let matrices = 60
        var (active, distances): ([Float], [Double]) = ([], [])
        for matrix in 0..<matrices {
            let present = (0..<size).map { Float($0 < matrix % (size + 1) ? 1 : 0) }.shuffled(using: &random)
            active += present
            for i in 0..<size * size {
                distances.append(present[i % size] > 0 ? Double.random(in: 0...2, using: &random) : Associator<Double>.padding)
            }
        }
        let shape = Shape(matrices, size, size)
        func association(_ method: TrackingLossSettings.Association) -> [Double] {
            var arena = Arena<Double>(holding: shape)
            let association = arena.take(shape)
            distances.withTensor(shape) { distances in
                active.withTensor(Shape(matrices, size)) { active in
                    Associator<Double>(method, slots: size, matrices: matrices, network: nil).forward(
                        distances: distances, active: active, temperature: 1e-5, association: association)
                }
            }
            return association.array
        }
        let (cold, exact) = (association(.sinkhorn), association(.exact))
        for i in cold.indices where active[i / (size * size) * size + i % size] > 0 {
            #expect(abs(cold[i] - exact[i]) < 1e-6, "matrix \(i / (size * size)), entry \(i % (size * size))")
        }
    }

    @Test(arguments: 1...4, [1, 0.2, 0.02]) func gradientsMatchFiniteDifferences(size: Int, temperature: Double) {
        var random = RandomStream(seed: 9)
        for references in 0...size {
            // Far from each other, and so close that the temperature decides.
            for range in [0...2, 1 - temperature...1 + temperature] {
                let costs = costs(size, references: references, in: range, &random)
                let slopes = slopes(size, &random)
                func value(_ costs: [Double]) -> Double {
                    zip(plan(costs, size, temperature: temperature), slopes).reduce(0) { $0 + $1.0 * $1.1 }
                }
                let analytic = gradient(plan(costs, size, temperature: temperature), slopes, size, temperature: temperature)
                let h = 1e-4 * temperature
                for i in costs.indices {
                    var (more, less) = (costs, costs)
                    more[i] += h
                    less[i] -= h
                    let numeric = (value(more) - value(less)) / (2 * h)
                    #expect(abs(numeric - analytic[i]) * temperature < 1e-7, "\(i) of \(references): \(numeric), \(analytic[i])")
                }
            }
        }
    }

    /// Numbers far beyond those of distances.
    @Test(arguments: 1...4, [1e-9, 1e-3, 1, 1e9]) func extremeCostsAndTemperaturesStayFinite(size: Int, temperature: Double) {
        var random = RandomStream(seed: 10)
        for scale in [0, 1e-12, 1, 1e6] {
            let costs = costs(size, references: max(1, size - 1), &random).map { $0 * scale }
            let plan = plan(costs, size, temperature: temperature)
            for j in 0..<size { #expect(abs((0..<size).reduce(0) { $0 + plan[$1 * size + j] } - 1) < 1e-2, "\(scale): \(plan)") }
            let slopes = slopes(size, &random)
            #expect(gradient(plan, slopes, size, temperature: temperature).allSatisfy { $0.isFinite })
        }
    }

    /// Off a permutation by 1e-13: the gradient is that of the formula for two outputs, 1 / (1 + exp(gap / temperature)), although
    /// 1 - P has lost nearly all its digits.
    @Test func theGradientKeepsItsAccuracyNearAPermutation() {
        let (temperature, gap) = (0.05, 1.5)
        let plan = plan([0, gap, gap, 0], 2, temperature: temperature)
        let share = logistic(-gap / temperature)
        #expect(abs(plan[1] / share - 1) < 1e-9)
        let found = gradient(plan, [1, 0, 0, 0], 2, temperature: temperature)
        let expected = -share * (1 - share) / (2 * temperature)
        for (i, sign) in [1.0, -1, -1, 1].enumerated() { #expect(abs(found[i] / (sign * expected) - 1) < 1e-6, "\(i): \(found[i])") }
    }

    @Test func theTemperatureFallsGeometrically() {
        var settings = TrackingLossSettings()
        (settings.sinkhornStart, settings.sinkhornEnd) = (0.4, 0.1)
        for (progress, expected) in [(0, 0.4), (0.5, 0.2), (1, 0.1)] {
            #expect(abs(settings.temperature(at: progress) - expected) < 1e-12)
        }
    }
}
