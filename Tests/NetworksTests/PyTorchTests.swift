import Kernels
import Networks
import Platform
import Tensor
import TestSupport
import Testing

/// The same network in PyTorch (tools/oracles/networks.py), double precision on both sides.
@Suite struct PyTorchTests {
    let architectures = DOAnetArchitecture.Form.allCases.map {
        DOAnetArchitecture(
            form: $0, channels: 3, bands: 16, filters: 4, gruWidth: 5, headWidth: 6, maximumTracks: 2)
    }

    private func load(_ architecture: DOAnetArchitecture) throws -> (OracleFixture, DOAnetParameters<Double>) {
        let oracle = try oracleFixture("Networks/\(architecture.form.rawValue).safetensors")
        let parameters = DOAnetParameters<Double>(zeros: architecture)
        for (name, values) in parameters.entries {
            #expect(oracle.shape("parameters.\(name)") == values.shape.array)
            values.copy(from: oracle.doubles("parameters.\(name)"))
        }
        defer { withExtendedLifetime(parameters) {} }
        for (name, values) in parameters.buffers { values.copy(from: oracle.doubles("before.\(name)")) }
        return (oracle, parameters)
    }

    @Test func inferenceAgrees() throws {
        for architecture in architectures {
            let (oracle, parameters) = try load(architecture)
            let batch = DOAnetBatch<Double>(architecture, sequences: 2, blocks: 4, team: WorkerTeam(count: 1))
            oracle.doubles("input").withTensor(Shape(2, 20, 16, 3)) {
                batch.forward($0, parameters, training: false)
            }
            expectClose(batch.directions.array, oracle.doubles("inference.directions"), "\(architecture.form) directions")
            expectClose(batch.activityLogits.array, oracle.doubles("inference.activity"), "\(architecture.form) activity")
            withExtendedLifetime((batch, parameters)) {}
        }
    }

    @Test func trainingAgrees() throws {
        for architecture in architectures {
            let (oracle, parameters) = try load(architecture)
            let gradients = DOAnetParameters<Double>(zeros: architecture)
            let batch = DOAnetBatch<Double>(architecture, sequences: 2, blocks: 4, team: WorkerTeam(count: 2))
            oracle.doubles("input").withTensor(Shape(2, 20, 16, 3)) { input in
                batch.forward(input, parameters, training: true)
                oracle.doubles("gradient.directions").withTensor(batch.directions.shape) { directions in
                    oracle.doubles("gradient.activity").withTensor(batch.activityLogits.shape) { activity in
                        batch.backward(
                            input, directionGradient: directions, activityGradient: activity, parameters,
                            gradients: gradients)
                    }
                }
            }
            expectClose(batch.directions.array, oracle.doubles("training.directions"), "\(architecture.form) directions")
            expectClose(batch.activityLogits.array, oracle.doubles("training.activity"), "\(architecture.form) activity")
            for (name, values) in gradients.entries {
                expectClose(values.array, oracle.doubles("gradients.\(name)"), "\(architecture.form) \(name)")
            }
            for (name, values) in parameters.buffers {
                expectClose(values.array, oracle.doubles("after.\(name)"), "\(architecture.form) \(name)")
            }
            withExtendedLifetime((batch, parameters, gradients)) {}
        }
    }

    @Test func paperSize() {
        let paper = DOAnetParameters<Float>(DOAnetArchitecture(form: .paper, channels: 7), seed: 1)
        #expect(abs(paper.count - 1_550_000) < 20_000)
    }
}

func expectClose(_ found: [Double], _ expected: [Double], _ what: String) {
    let worst = zip(found, expected).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? .infinity
    #expect(found.count == expected.count && worst < 1e-10, "\(what): off by \(worst)")
}
