import Kernels
import Tensor
import TestSupport
import Testing

@Suite struct GRUTests {
    private func weights(_ inputs: Int, _ width: Int, seed: UInt64? = nil) -> GRU.Weights<Double> {
        func make(_ shape: Shape, _ part: UInt64) -> MutableTensorRef<Double> {
            tensor(shape, seed.map { noise(shape.count, seed: $0 + part) })
        }
        return GRU.Weights(
            input: make(Shape(3 * width, inputs), 0), inputBias: make(Shape(3 * width), 1),
            hidden: make(Shape(3 * width, width), 2), hiddenBias: make(Shape(3 * width), 3))
    }

    private func memory(_ sequences: Int, _ times: Int, _ width: Int) -> GRU.Memory<Double> {
        let shape = Shape(sequences, times, 3 * width)
        return GRU.Memory(gates: tensor(shape), recurrent: tensor(shape))
    }

    @Test(arguments: [false, true]) func agreesWithPyTorchInBothDirections(blas: Bool) throws {
        let oracle = try oracleFixture("Kernels/kernels.safetensors")
        let input = tensor(Shape(2, 5, 4), oracle.doubles("gru.input"))
        let (output, inputGradient) = (tensor(Shape(2, 5, 6)), tensor(Shape(2, 5, 4)))
        let slope = tensor(Shape(2, 5, 6), oracle.doubles("gru.gradient"))
        for (direction, name) in ["forward", "backward"].enumerated() {
            let (own, gradients, memory) = (weights(4, 3), weights(4, 3), memory(2, 5, 3))
            func parts(_ weights: GRU.Weights<Double>) -> [(String, MutableTensorRef<Double>)] {
                [
                    ("input.weight", weights.input), ("input.bias", weights.inputBias),
                    ("hidden.weight", weights.hidden), ("hidden.bias", weights.hiddenBias),
                ]
            }
            for (part, values) in parts(own) { values.copy(from: oracle.doubles("gru.\(name).\(part)")) }
            let columns = GRU.Columns(output, column: direction * 3)
            GRU.forward(
                output: columns, input: input.readOnly, weights: own, memory: memory, scratch: tensor(Shape(27)),
                reversed: direction == 1, blas: blas)
            GRU.backward(
                outputGradient: GRU.Columns(slope, column: direction * 3), inputGradient: inputGradient,
                accumulating: direction == 1, weightGradients: gradients, output: columns, input: input.readOnly,
                weights: own, memory: memory, reversed: direction == 1)
            for (part, values) in parts(gradients) {
                expectClose(values, oracle.doubles("gru.\(name).\(part)_gradient"), "\(name) \(part)")
            }
        }
        expectClose(output, oracle.doubles("gru.output"), "output")
        expectClose(inputGradient, oracle.doubles("gru.input_gradient"), "input gradient")
    }

    @Test(arguments: [false, true]) func gradientsAgreeWithDifferences(reversed: Bool) {
        let (sequences, times, inputs, width) = (2, 4, 3, 3)
        let (own, gradients) = (weights(inputs, width, seed: 5), weights(inputs, width))
        let memory = memory(sequences, times, width)
        let input = tensor(Shape(sequences, times, inputs), noise(sequences * times * inputs, seed: 1))
        let (output, inputGradient) = (tensor(Shape(sequences, times, width)), tensor(input.shape))
        let slope = noise(output.count, seed: 2)
        let scratch = tensor(Shape(3 * width * width))
        func loss() -> Double {
            GRU.forward(
                output: GRU.Columns(output, column: 0), input: input.readOnly, weights: own, memory: memory,
                scratch: scratch, reversed: reversed, blas: false)
            return dot(output, tensor(output.shape, slope))
        }
        _ = loss()
        GRU.backward(
            outputGradient: GRU.Columns(tensor(output.shape, slope), column: 0), inputGradient: inputGradient,
            accumulating: false, weightGradients: gradients, output: GRU.Columns(output, column: 0),
            input: input.readOnly, weights: own, memory: memory, reversed: reversed)
        expectGradient(gradients.input, of: own.input, "input weight", loss: loss)
        expectGradient(gradients.inputBias, of: own.inputBias, "input bias", loss: loss)
        expectGradient(gradients.hidden, of: own.hidden, "hidden weight", loss: loss)
        expectGradient(gradients.hiddenBias, of: own.hiddenBias, "hidden bias", loss: loss)
        expectGradient(inputGradient, of: input, "input", loss: loss)
    }

    @Test func stepsAreTheSequence() {
        let (times, inputs, width) = (7, 5, 4)
        let own = weights(inputs, width, seed: 9)
        let input = tensor(Shape(1, times, inputs), noise(times * inputs, seed: 1))
        let output = tensor(Shape(1, times, width))
        GRU.forward(
            output: GRU.Columns(output, column: 0), input: input.readOnly, weights: own,
            memory: memory(1, times, width), scratch: tensor(Shape(3 * width * width)), reversed: false, blas: true)
        var arena = Arena<Float>(capacity: 1 << 10)
        func float(_ values: MutableTensorRef<Double>) -> TensorRef<Float> {
            let copy = arena.take(values.shape)
            copy.copy(from: values.array.map(Float.init))
            return copy.readOnly
        }
        let streamed = StreamedWeights([float(own.input), float(own.hidden)])
        let steps = GRU.StepWeights(
            input: streamed.matrices[0], inputBias: float(own.inputBias), hidden: streamed.matrices[1],
            hiddenBias: float(own.hiddenBias))
        let (hidden, sums) = (arena.take(Shape(width)), (0..<2).map { _ in arena.take(Shape(3 * width)) })
        let values = float(input).reshaped(Shape(times, inputs))
        for time in 0..<times {
            GRU.step(
                hidden: hidden, input: values.rows(time..<time + 1), weights: steps, gates: sums[0], recurrent: sums[1])
            for i in 0..<width { #expect(abs(Double(hidden[i]) - output[time * width + i]) < 1e-6, "time \(time), unit \(i)") }
        }
    }
}
