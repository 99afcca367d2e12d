import Kernels
import Networks
import Platform
import Tensor
import Testing

/// A loss with a known gradient: the sum of fixed random weights times the outputs.
private struct Probe {
    let directions, activity: [Double]

    init(_ batch: DOAnetBatch<Double>, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        directions = (0..<batch.directions.count).map { _ in random.unit() - 0.5 }
        activity = (0..<batch.activityLogits.count).map { _ in random.unit() - 0.5 }
    }

    func loss(_ batch: DOAnetBatch<Double>) -> Double {
        var sum = 0.0
        for (i, weight) in directions.enumerated() { sum += weight * batch.directions[i] }
        for (i, weight) in activity.enumerated() { sum += weight * batch.activityLogits[i] }
        return sum
    }
}

@Suite struct DOAnetGradientTests {
    @Test(arguments: DOAnetArchitecture.Form.allCases, [1, 2, 3])
    func everyGradientAgreesWithFiniteDifferences(form: DOAnetArchitecture.Form, workers: Int) {
        let architecture = DOAnetArchitecture(
            form: form, channels: 2, bands: 16, filters: 3, gruWidth: 4, headWidth: 5, maximumTracks: 2)
        let parameters = DOAnetParameters<Double>(architecture, seed: 3)
        var random = SplitMix64(seed: 4)
        // Gains of both signs, so that minima are pooled too.
        for (name, values) in parameters.entries where name.hasPrefix("normalization") {
            for i in 0..<values.count { values[i] = (random.unit() - 0.4) * 2 }
        }
        let gradients = DOAnetParameters<Double>(zeros: architecture)
        let (sequences, blocks) = (3, 4)
        let batch = DOAnetBatch<Double>(
            architecture, sequences: sequences, blocks: blocks, team: WorkerTeam(count: workers))
        let probe = Probe(batch, seed: 5)
        let shape = Shape(sequences, 5 * blocks, 16, 2)
        let input = (0..<shape.count).map { _ in 2 * random.unit() - 1 }
        input.withTensor(shape) { input in
            batch.forward(input, parameters, training: true)
            probe.directions.withTensor(batch.directions.shape) { directions in
                probe.activity.withTensor(batch.activityLogits.shape) { activity in
                    batch.backward(
                        input, directionGradient: directions, activityGradient: activity, parameters,
                        gradients: gradients)
                }
            }
            for (entry, gradient) in zip(parameters.entries, gradients.entries) {
                for _ in 0..<min(12, entry.values.count) {
                    let i = Int(random.next() % UInt64(entry.values.count))
                    let (step, kept) = (1e-6, entry.values[i])
                    entry.values[i] = kept + step
                    batch.forward(input, parameters, training: true)
                    let above = probe.loss(batch)
                    entry.values[i] = kept - step
                    batch.forward(input, parameters, training: true)
                    let below = probe.loss(batch)
                    entry.values[i] = kept
                    let expected = (above - below) / (2 * step)
                    #expect(
                        abs(gradient.values[i] - expected) <= 2e-6 * max(0.01, abs(expected)),
                        "\(entry.name)[\(i)]: \(gradient.values[i]), by differences \(expected)")
                }
            }
        }
        withExtendedLifetime((parameters, gradients)) {}
    }
}
