import Kernels
import Tensor
import Testing

@Suite struct AffineTests {
    @Test(arguments: [1, 4]) func gradientsAgreeWithDifferences(rows: Int) {
        let (input, weight) = (tensor(Shape(rows, 3), noise(rows * 3, seed: 1)), tensor(Shape(5, 3), noise(15, seed: 2)))
        let (bias, slope) = (tensor(Shape(5), noise(5, seed: 3)), tensor(Shape(rows, 5), noise(rows * 5, seed: 4)))
        let output = tensor(Shape(rows, 5))
        let (inputGradient, weightGradient, biasGradient) = (tensor(input.shape), tensor(weight.shape), tensor(Shape(5)))
        func loss() -> Double {
            Affine.forward(
                output: output, input: input.readOnly, weight: weight.readOnly, bias: bias.readOnly)
            return dot(output, slope)
        }
        Affine.backward(
            outputGradient: slope.readOnly, inputGradient: inputGradient, weightGradient: weightGradient,
            biasGradient: biasGradient, input: input.readOnly, weight: weight.readOnly)
        expectGradient(inputGradient, of: input, "input", loss: loss)
        expectGradient(weightGradient, of: weight, "weight", loss: loss)
        expectGradient(biasGradient, of: bias, "bias", loss: loss)
        // A second call adds to the parameters' gradients, and to the input's only if requested.
        let twice = weightGradient.array.map { 2 * $0 }
        let once = inputGradient.array
        Affine.backward(
            outputGradient: slope.readOnly, inputGradient: inputGradient, weightGradient: weightGradient,
            biasGradient: biasGradient, input: input.readOnly, weight: weight.readOnly)
        expectClose(weightGradient, twice, "weight gradient, added")
        expectClose(inputGradient, once, "input gradient, overwritten")
    }
}
