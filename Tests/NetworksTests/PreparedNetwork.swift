import Networks
import Platform
import Tensor
import TestSupport

enum PreparedNetwork {
    /// Noise, and a network whose running statistics and gains are those of a network in training.
    static func make(_ architecture: DOAnetArchitecture, blocks: Int) -> (input: [Float], parameters: DOAnetParameters<Float>) {
        let parameters = DOAnetParameters<Float>(architecture, seed: 11)
        var random = SplitMix64(seed: 12)
        let input = (0..<blocks * 5 * 64 * 7).map { _ in Float(2 * random.unit() - 1) }
        defer { withExtendedLifetime(parameters) {} }
        for (name, values) in parameters.entries where name.hasPrefix("normalization") {
            for i in 0..<values.count { values[i] = Float(2 * random.unit() - 0.7) }
        }
        let batch = DOAnetBatch<Float>(architecture, sequences: 1, blocks: blocks, team: WorkerTeam(count: 1))
        for _ in 0..<5 { input.withTensor(Shape(1, 5 * blocks, 64, 7)) { batch.forward($0, parameters, training: true) } }
        return (input, parameters)
    }
}
