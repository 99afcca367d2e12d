import Kernels
import Networks
import Platform
import Tensor
import Testing

@Suite struct WorkersTests {
    private struct Result {
        var outputs, gradient: [Float]
    }

    private func train(workers: Int, form: DOAnetArchitecture.Form) -> Result {
        let architecture = DOAnetArchitecture(
            form: form, channels: 7, filters: 8, gruWidth: 12, headWidth: 8, maximumTracks: 2)
        let parameters = DOAnetParameters<Float>(architecture, seed: 21)
        let gradients = DOAnetParameters<Float>(zeros: architecture)
        let (sequences, blocks) = (5, 6)
        let batch = DOAnetBatch<Float>(
            architecture, sequences: sequences, blocks: blocks, team: WorkerTeam(count: workers))
        var random = SplitMix64(seed: 22)
        func noise(_ count: Int) -> [Float] { (0..<count).map { _ in Float(2 * random.unit() - 1) } }
        let shape = Shape(sequences, 5 * blocks, 64, 7)
        noise(shape.count).withTensor(shape) { input in
            let (directions, activity) = (noise(batch.directions.count), noise(batch.activityLogits.count))
            // Twice: state of the first step must not affect the second.
            for _ in 0..<2 {
                batch.forward(input, parameters, training: true)
                directions.withTensor(batch.directions.shape) { directions in
                    activity.withTensor(batch.activityLogits.shape) { activity in
                        batch.backward(
                            input, directionGradient: directions, activityGradient: activity, parameters,
                            gradients: gradients)
                    }
                }
            }
        }
        return withExtendedLifetime((batch, gradients)) {
            Result(outputs: batch.directions.array + batch.activityLogits.array, gradient: gradients.all.array)
        }
    }

    @Test(arguments: DOAnetArchitecture.Form.allCases)
    func resultsDoNotDependOnTheWorkers(form: DOAnetArchitecture.Form) {
        let alone = train(workers: 1, form: form)
        for workers in [2, 3, 7] {
            let (team, again) = (train(workers: workers, form: form), train(workers: workers, form: form))
            let reproduced = team.outputs == again.outputs && team.gradient == again.gradient
            #expect(reproduced, "\(workers) workers, twice")
            let outputs = zip(team.outputs, alone.outputs).map { abs($0 - $1) }.max() ?? .infinity
            #expect(outputs < 1e-5, "\(workers) workers: outputs off by \(outputs)")
            let largest = alone.gradient.map(abs).max() ?? 0
            let gradient = zip(team.gradient, alone.gradient).map { abs($0 - $1) }.max() ?? .infinity
            #expect(gradient < 1e-4 * largest, "\(workers) workers: gradient off by \(gradient) of \(largest)")
        }
    }

    @Test func seedsDetermineParameters() {
        let architecture = DOAnetArchitecture(form: .live, channels: 7, filters: 8, gruWidth: 12)
        func draw(_ seed: UInt64) -> [Float] {
            let parameters = DOAnetParameters<Float>(architecture, seed: seed)
            return withExtendedLifetime(parameters) { parameters.all.array }
        }
        let (once, again, other) = (draw(1), draw(1), draw(2))
        #expect((once == again, once == other) == (true, false))
    }
}
