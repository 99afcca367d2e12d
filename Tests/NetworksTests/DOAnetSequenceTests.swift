import Kernels
import Networks
import Platform
import Tensor
import TestSupport
import Testing

@Suite struct DOAnetSequenceTests {
    /// Sequences of several lengths, the last ones shorter than those before, and than a strip of tiles.
    @Test(arguments: [DOAnetArchitecture.Form.live, .paper]) func agreesWithTheBatch(form: DOAnetArchitecture.Form) {
        let architecture = DOAnetArchitecture(
            form: form, channels: 7, bands: 64, filters: 16, gruWidth: 24, headWidth: 20, maximumTracks: 3)
        let (input, parameters) = PreparedNetwork.make(architecture, blocks: 39)
        let sequence = DOAnetSequence(parameters, capacity: 39)
        for blocks in [39, 8, 1] {
            let batch = DOAnetBatch<Float>(architecture, sequences: 1, blocks: blocks, team: WorkerTeam(count: 1))
            let part = Array(input[..<(blocks * 5 * 64 * 7)])
            part.withTensor(Shape(1, 5 * blocks, 64, 7)) { batch.forward($0, parameters, training: false) }
            part.withTensor(Shape(5 * blocks, 64, 7)) { sequence.run($0) }
            #expect(sequence.directions.count == 9 * blocks && sequence.activityLogits.count == 3 * blocks)
            for i in 0..<9 * blocks {
                #expect(abs(sequence.directions[i] - batch.directions[i]) < 1e-5, "\(blocks) blocks, direction \(i)")
            }
            for i in 0..<3 * blocks {
                #expect(abs(sequence.activityLogits[i] - batch.activityLogits[i]) < 1e-5, "\(blocks) blocks, activity \(i)")
            }
            withExtendedLifetime(batch) {}
        }
        withExtendedLifetime(sequence) {}
    }
}
