import Kernels
import Tensor
import TestSupport
import Testing

@Suite struct ConvolutionTests {
    /// In tiles of `rows` rows of time: the output, and the input's gradient, which is a convolution too.
    @Test(arguments: [("causal", 2), ("symmetric", 1)], [1, 2, 4, 6])
    func agreesWithPyTorch(form: (name: String, past: Int), rows: Int) throws {
        let oracle = try Oracle(form.name)
        let (output, inputGradient) = (tensor(Shape(6, 4, 5)), tensor(Shape(6, 4, 3)))
        let turned = tensor(Shape(3, 3, 5, 3))
        let scratch = tensor(Shape(Convolution.scratchCount(inputs: 5, bands: 4, rows: rows)))
        Convolution.rotate(weight: oracle.weight.readOnly, into: turned)
        for first in stride(from: 0, to: 6, by: rows) {
            let range = first..<min(6, first + rows)
            Convolution.forward(
                output: output.rows(range), from: first, input: oracle.input.readOnly, past: form.past,
                weight: oracle.weight.readOnly, scratch: scratch)
            Convolution.forward(
                output: inputGradient.rows(range), from: first, input: oracle.outputGradient.readOnly, past: 2 - form.past,
                weight: turned.readOnly, scratch: scratch)
        }
        expectClose(output, oracle.values("output"), "output")
        expectClose(inputGradient, oracle.values("input_gradient"), "input gradient")
    }

    /// In strips of `rows` rows of time, the last of which is no whole tile.
    @Test(arguments: [("causal", 2), ("symmetric", 1)], [4, 8])
    func winogradAgreesWithPyTorch(form: (name: String, past: Int), rows: Int) throws {
        let oracle = try Oracle(form.name)
        let (output, inputGradient) = (tensor(Shape(6, 4, 5)), tensor(Shape(6, 4, 3)))
        let (weightGradient, turned) = (tensor(Shape(3, 3, 3, 5)), tensor(Shape(3, 3, 5, 3)))
        let points = [oracle.weight.shape, turned.shape, turned.shape].map {
            tensor(Winograd.weightShape(Double.self, inputs: $0[2], outputs: $0[3]))
        }
        let scratch = tensor(Shape(Winograd.Memory<Double>.count(inputs: 5, outputs: 5, bands: 4, rows: rows)))
        let memory = Winograd.Memory(scratch, inputs: 3, outputs: 5, bands: 4, rows: rows)
        Winograd.transform(weight: oracle.weight.readOnly, into: points[0])
        Convolution.rotate(weight: oracle.weight.readOnly, into: turned)
        Winograd.transform(weight: turned.readOnly, into: points[1])
        for first in stride(from: 0, to: 6, by: rows) {
            let range = first..<min(6, first + rows)
            Winograd.forward(
                output: output.rows(range), from: first, input: oracle.input.readOnly, past: form.past,
                weight: points[0].readOnly, memory: memory)
            Winograd.backwardWeight(
                weightGradient: points[2], outputGradient: oracle.outputGradient.rows(range).readOnly, from: first,
                input: oracle.input.readOnly, past: form.past, memory: memory, isTransformed: first == 0)
            Winograd.forward(
                output: inputGradient.rows(range), from: first, input: oracle.outputGradient.readOnly, past: 2 - form.past,
                weight: points[1].readOnly,
                memory: Winograd.Memory(scratch, inputs: 5, outputs: 3, bands: 4, rows: rows))
        }
        Winograd.addGradient(points[2].readOnly, to: weightGradient)
        expectClose(output, oracle.values("output"), "output")
        expectClose(inputGradient, oracle.values("input_gradient"), "input gradient")
        expectClose(weightGradient, oracle.values("weight_gradient"), "weight gradient")
    }

    /// Every remainder of times, bands and channels: equal to the direct form up to rounding, and in both types.
    @Test(arguments: [(9, 6, 7, 19), (4, 4, 16, 32), (5, 8, 33, 1), (1, 2, 1, 17)], [0, 1, 2])
    func winogradAgreesWithTheDirectForm(extents: (times: Int, bands: Int, inputs: Int, outputs: Int), past: Int) {
        func difference<Scalar: KernelScalar>(_: Scalar.Type) -> Scalar {
            let (times, bands, inputs, outputs) = extents
            var arena = Arena<Scalar>(capacity: 1 << 18)
            let (input, weight) = (arena.take(Shape(times, bands, inputs)), arena.take(Shape(3, 3, inputs, outputs)))
            input.copy(from: noise(input.count, seed: 1).map { Scalar($0) })
            weight.copy(from: noise(weight.count, seed: 2).map { Scalar($0) })
            let results = (0..<2).map { _ in arena.take(Shape(times, bands, outputs)) }
            let gathered = arena.take(Shape(Convolution.scratchCount(inputs: inputs, bands: bands, rows: times)))
            Convolution.forward(
                output: results[0], from: 0, input: input.readOnly, past: past, weight: weight.readOnly, scratch: gathered)
            let points = arena.take(Winograd.weightShape(Scalar.self, inputs: inputs, outputs: outputs))
            Winograd.transform(weight: weight.readOnly, into: points)
            let scratch = arena.take(
                Shape(Winograd.Memory<Scalar>.count(inputs: inputs, outputs: outputs, bands: bands, rows: times)))
            Winograd.forward(
                output: results[1], from: 0, input: input.readOnly, past: past, weight: points.readOnly,
                memory: Winograd.Memory(scratch, inputs: inputs, outputs: outputs, bands: bands, rows: times))
            return (0..<results[0].count).map { abs(results[0][$0] - results[1][$0]) }.max() ?? .infinity
        }
        #expect(difference(Float.self) < 5e-5)
        #expect(difference(Double.self) < 1e-12)
    }

    /// With pooling, in every remainder of rows and channels, and where bands fill no whole tile: the direct form, then `MaxPool`.
    @Test(arguments: [(20, 8, 7, 19, 5), (15, 6, 16, 32, 5), (3, 4, 33, 1, 1), (8, 16, 1, 17, 1)])
    func pooledWinogradAgreesWithTheDirectForm(extents: (times: Int, bands: Int, inputs: Int, outputs: Int, window: Int)) {
        func difference<Scalar: KernelScalar>(_: Scalar.Type) -> Scalar {
            let (times, bands, inputs, outputs, window) = extents
            var arena = Arena<Scalar>(capacity: 1 << 18)
            let (input, weight) = (arena.take(Shape(times, bands, inputs)), arena.take(Shape(3, 3, inputs, outputs)))
            let bias = arena.take(Shape(outputs))
            for (seed, values) in [input, weight, bias].enumerated() {
                values.copy(from: noise(values.count, seed: UInt64(seed)).map { Scalar($0) })
            }
            let whole = arena.take(Shape(times, bands, outputs))
            let results = (0..<2).map { _ in arena.take(Shape(times / window, bands / 2, outputs)) }
            let gathered = arena.take(Shape(Convolution.scratchCount(inputs: inputs, bands: bands, rows: times)))
            Convolution.forward(
                output: whole, from: 0, input: input.readOnly, past: 1, weight: weight.readOnly, scratch: gathered)
            MaxPool.rectified(output: results[0], input: whole.readOnly, window: (window, 2), bias: bias.readOnly)
            let points = arena.take(Winograd.weightShape(Scalar.self, inputs: inputs, outputs: outputs))
            Winograd.transform(weight: weight.readOnly, into: points)
            let scratch = arena.take(
                Shape(Winograd.Memory<Scalar>.count(inputs: inputs, outputs: outputs, bands: bands, rows: times)))
            Winograd.forward(
                pooled: results[1], window: window, from: 0, input: input.readOnly, past: 1, weight: points.readOnly,
                bias: bias.readOnly,
                memory: Winograd.Memory(scratch, inputs: inputs, outputs: outputs, bands: bands, rows: times))
            return (0..<results[0].count).map { abs(results[0][$0] - results[1][$0]) }.max() ?? .infinity
        }
        #expect(difference(Float.self) < 5e-5)
        #expect(difference(Double.self) < 1e-12)
    }

    @Test(arguments: [0, 1, 2]) func gradientsAgreeWithDifferences(past: Int) {
        let (input, weight) = (tensor(Shape(5, 3, 2), noise(30, seed: 1)), tensor(Shape(3, 3, 2, 4), noise(72, seed: 2)))
        let (output, slope) = (tensor(Shape(5, 3, 4)), tensor(Shape(5, 3, 4), noise(60, seed: 3)))
        let (inputGradient, weightGradient) = (tensor(input.shape), tensor(weight.shape))
        let (turned, gathered) = (tensor(Shape(3, 3, 4, 2)), tensor(Shape(5 * 3 * 9 * 4)))
        let points = tensor(Winograd.weightShape(Double.self, inputs: 2, outputs: 4))
        let scratch = tensor(Shape(Winograd.Memory<Double>.count(inputs: 2, outputs: 4, bands: 3, rows: 5)))
        func loss() -> Double {
            Convolution.forward(
                output: output, from: 0, input: input.readOnly, past: past, weight: weight.readOnly, scratch: gathered)
            return dot(output, slope)
        }
        Winograd.backwardWeight(
            weightGradient: points, outputGradient: slope.readOnly, from: 0, input: input.readOnly, past: past,
            memory: Winograd.Memory(scratch, inputs: 2, outputs: 4, bands: 3, rows: 5))
        Winograd.addGradient(points.readOnly, to: weightGradient)
        Convolution.rotate(weight: weight.readOnly, into: turned)
        Convolution.forward(
            output: inputGradient, from: 0, input: slope.readOnly, past: 2 - past, weight: turned.readOnly,
            scratch: gathered)
        expectGradient(weightGradient, of: weight, "weight", loss: loss)
        expectGradient(inputGradient, of: input, "input", loss: loss)
    }

    /// Results of PyTorch for a form.
    private struct Oracle {
        let input, weight, outputGradient: MutableTensorRef<Double>
        let values: (String) -> [Double]

        init(_ form: String) throws {
            let oracle = try oracleFixture("Kernels/kernels.safetensors")
            values = { oracle.doubles("\(form).\($0)") }
            input = tensor(Shape(6, 4, 3), values("input"))
            weight = tensor(Shape(3, 3, 3, 5), values("weight"))
            outputGradient = tensor(Shape(6, 4, 5), values("gradient"))
        }
    }
}
