import Dataset
import Platform
import Tensor
import Testing
import Training

@Suite struct AdamTests {
    /// Three steps on f(x) = sum (x - target)^2 / 2, against the formulas of the paper in double.
    @Test func stepsFollowThePaper() throws {
        let targets: [Double] = [1, -2, 0.5, 4, 0, 3, -1, 2, 7]
        var arena = Arena<Float>(capacity: 64)
        let x = arena.take(Shape(9))
        let g = arena.take(Shape(9))
        var adam = Adam(count: 9)
        var (m, v) = ([Double](repeating: 0, count: 9), [Double](repeating: 0, count: 9))
        var reference = [Double](repeating: 0, count: 9)
        for step in 1...3 {
            for i in 0..<9 { g[i] = x[i] - Float(targets[i]) }
            try adam.update(parameters: x, gradient: g.readOnly, rate: 0.1, clip: 1e9)
            var (power1, power2) = (1.0, 1.0)
            for _ in 0..<step { (power1, power2) = (power1 * 0.9, power2 * 0.999) }
            for i in 0..<9 {
                let gradient = reference[i] - targets[i]
                m[i] = 0.9 * m[i] + 0.1 * gradient
                v[i] = 0.999 * v[i] + 0.001 * gradient * gradient
                reference[i] -= 0.1 * (m[i] / (1 - power1)) / ((v[i] / (1 - power2)).squareRoot() + 1e-8)
            }
            for i in 0..<9 { #expect(abs(Double(x[i]) - reference[i]) < 1e-5) }
        }
    }

    @Test func theGradientNormIsClipped() throws {
        var arena = Arena<Float>(capacity: 256)
        let (a, b, g) = (arena.take(Shape(20)), arena.take(Shape(20)), arena.take(Shape(20)))
        for i in 0..<20 { g[i] = Float(i) }
        var one = Adam(count: 20)
        var other = Adam(count: 20)
        let norm = try one.update(parameters: a, gradient: g.readOnly, rate: 0.1, clip: 1)
        #expect(abs(norm - Float(2470).squareRoot()) < 1e-3)
        for i in 0..<20 { g[i] = Float(i) / norm }
        try other.update(parameters: b, gradient: g.readOnly, rate: 0.1, clip: 1e9)
        for i in 0..<20 { #expect(abs(a[i] - b[i]) < 1e-6) }
        #expect(one.secondMoment[19] < 0.001)
    }

    @Test func theResultDoesNotDependOnTheTeam() throws {
        let count = 100_003
        func result(_ team: WorkerTeam?) throws -> (Float, [Float]) {
            var layout = ArenaLayout<Float>()
            let places = layout.add(Shape(count), times: 2)
            let arena = Arena(layout)
            let (x, g) = (arena[places[0]], arena[places[1]])
            for i in 0..<count { g[i] = Float(i % 97) - 40 }
            var adam = Adam(count: count)
            let norm = try adam.update(parameters: x, gradient: g.readOnly, rate: 0.1, clip: 5, team: team)
            return (norm, x.array)
        }
        let alone = try result(nil)
        for workers in [1, 2, 5] { #expect(try result(WorkerTeam(count: workers)) == alone) }
        #expect(alone.1[count - 1] != 0)
    }

    /// A gradient that is not finite, one whose norm is no float, and a step that leaves the range of parameters.
    @Test(arguments: [(Float.nan, Float(0.1)), (.infinity, 0.1), (3.4e38, 0.1), (1, 1e30), (1, .infinity), (1, .nan)])
    func nonFiniteGradientsChangeNothing(_ last: Float, _ rate: Float) throws {
        var arena = Arena<Float>(capacity: 128)
        let (x, g) = (arena.take(Shape(20)), arena.take(Shape(20)))
        for i in 0..<20 { (x[i], g[i]) = (Float(i), 1) }
        var adam = Adam(count: 20)
        try adam.update(parameters: x, gradient: g.readOnly, rate: 0.1, clip: 5)
        let (parameters, first, second) = (x.array, adam.firstMoment.array, adam.secondMoment.array)
        g.fill(last)
        #expect(throws: TrainingError.self) { try adam.update(parameters: x, gradient: g.readOnly, rate: rate, clip: 5) }
        #expect(x.array == parameters && adam.firstMoment.array == first && adam.secondMoment.array == second)
        #expect(adam.step == 1)
    }
}
