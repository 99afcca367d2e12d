import Kernels
import Tensor
import Testing

@Suite struct AttentionTests {
    private let sequences = 2
    private let times = 3
    private let inputs = 4
    private let width = 5

    private func weights(seed: UInt64? = nil) -> Attention.Weights<Double> {
        let shape = Shape(width, inputs)
        func make(_ part: UInt64) -> MutableTensorRef<Double> {
            tensor(shape, seed.map { noise(shape.count, seed: $0 + part) })
        }
        return Attention.Weights(query: make(0), key: make(1), value: make(2))
    }

    @Test func gradientsAgreeWithDifferences() {
        let (own, gradients) = (weights(seed: 3), weights())
        let inputShape = Shape(sequences, times, inputs)
        let input = tensor(inputShape, noise(inputShape.count, seed: 1))
        let (output, inputGradient) = (tensor(Shape(sequences, times, width)), tensor(inputShape))
        let slope = tensor(output.shape, noise(output.count, seed: 2))
        var layout = ArenaLayout<Double>()
        let places = Attention.Memory<Double>.Places(sequences: sequences, times: times, width: width, in: &layout)
        let arena = Arena(layout)
        let memory = Attention.Memory(places, in: arena)
        func loss() -> Double {
            Attention.forward(output: output, input: input.readOnly, weights: own, memory: memory)
            return dot(output, slope)
        }
        _ = loss()
        Attention.backward(
            outputGradient: slope.readOnly, inputGradient: inputGradient, weightGradients: gradients,
            input: input.readOnly, weights: own, memory: memory)
        expectGradient(gradients.query, of: own.query, "query", loss: loss)
        expectGradient(gradients.key, of: own.key, "key", loss: loss)
        expectGradient(gradients.value, of: own.value, "value", loss: loss)
        expectGradient(inputGradient, of: input, "input", loss: loss)
        for row in 0..<sequences * times {
            let sum = (0..<times).reduce(0) { $0 + memory.weights[row * times + $1] }
            #expect(abs(sum - 1) < 1e-12, "weights of row \(row) sum to \(sum)")
        }
        #expect(arena.used == arena.capacity)
    }

    /// Equal times attend equally: the output is their value, whatever query and key are.
    @Test func equalTimesGiveTheirValue() {
        let own = weights(seed: 8)
        let one = noise(inputs, seed: 4)
        let input = tensor(Shape(1, times, inputs), Array([one, one, one].joined()))
        let output = tensor(Shape(1, times, width))
        var layout = ArenaLayout<Double>()
        let places = Attention.Memory<Double>.Places(sequences: 1, times: times, width: width, in: &layout)
        let arena = Arena(layout)
        Attention.forward(
            output: output, input: input.readOnly, weights: own,
            memory: Attention.Memory(places, in: arena))
        let value = (0..<width).map { w in (0..<inputs).reduce(0) { $0 + own.value[w * inputs + $1] * one[$1] } }
        expectClose(output, Array([value, value, value].joined()), "output")
        #expect(arena.used == arena.capacity)
    }
}
