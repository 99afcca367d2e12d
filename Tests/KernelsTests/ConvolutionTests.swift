import Kernels
import Tensor
import TestSupport
import Testing

@Suite struct ConvolutionTests {
    /// Forward and backward in tiles of `rows` rows of time, against PyTorch.
    @Test(arguments: [("causal", 2), ("symmetric", 1)], [1, 2, 4, 6])
    func agreesWithPyTorch(form: (name: String, past: Int), rows: Int) throws {
        let oracle = try oracleFixture("Kernels/kernels.safetensors")
        func load(_ name: String, _ shape: Shape) -> MutableTensorRef<Double> {
            tensor(shape, oracle.doubles("\(form.name).\(name)"))
        }
        let (input, weight) = (load("input", Shape(6, 4, 3)), load("weight", Shape(3, 3, 3, 5)))
        let slope = load("gradient", Shape(6, 4, 5))
        let (output, inputGradient) = (tensor(Shape(6, 4, 5)), tensor(Shape(6, 4, 3)))
        let (weightGradient, turned) = (tensor(Shape(3, 3, 3, 5)), tensor(Shape(3, 3, 5, 3)))
        let scratch = tensor(Shape(Convolution.scratchCount(inputs: 5, bands: 4, rows: rows)))
        Convolution.rotate(weight: weight.readOnly, into: turned)
        for first in stride(from: 0, to: 6, by: rows) {
            let range = first..<min(6, first + rows)
            Convolution.forward(
                output: output.rows(range), from: first, input: input.readOnly, past: form.past,
                weight: weight.readOnly, scratch: scratch)
            Convolution.backwardWeight(
                weightGradient: weightGradient, outputGradient: slope.rows(range).readOnly, from: first,
                input: input.readOnly, past: form.past, scratch: scratch)
            Convolution.forward(
                output: inputGradient.rows(range), from: first, input: slope.readOnly, past: 2 - form.past,
                weight: turned.readOnly, scratch: scratch)
        }
        expectClose(output, oracle.doubles("\(form.name).output"), "output")
        expectClose(inputGradient, oracle.doubles("\(form.name).input_gradient"), "input gradient")
        expectClose(weightGradient, oracle.doubles("\(form.name).weight_gradient"), "weight gradient")
    }

    @Test(arguments: [0, 1, 2]) func gradientsAgreeWithDifferences(past: Int) {
        let (input, weight) = (tensor(Shape(5, 3, 2), noise(30, seed: 1)), tensor(Shape(3, 3, 2, 4), noise(72, seed: 2)))
        let (output, slope) = (tensor(Shape(5, 3, 4)), tensor(Shape(5, 3, 4), noise(60, seed: 3)))
        let (inputGradient, weightGradient) = (tensor(input.shape), tensor(weight.shape))
        let (turned, scratch) = (tensor(Shape(3, 3, 4, 2)), tensor(Shape(5 * 3 * 9 * 4)))
        func loss() -> Double {
            Convolution.forward(
                output: output, from: 0, input: input.readOnly, past: past, weight: weight.readOnly, scratch: scratch)
            return dot(output, slope)
        }
        Convolution.backwardWeight(
            weightGradient: weightGradient, outputGradient: slope.readOnly, from: 0, input: input.readOnly, past: past,
            scratch: scratch)
        Convolution.rotate(weight: weight.readOnly, into: turned)
        Convolution.forward(
            output: inputGradient, from: 0, input: slope.readOnly, past: 2 - past, weight: turned.readOnly,
            scratch: scratch)
        expectGradient(weightGradient, of: weight, "weight", loss: loss)
        expectGradient(inputGradient, of: input, "input", loss: loss)
    }
}
