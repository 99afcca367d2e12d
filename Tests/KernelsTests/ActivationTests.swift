import Glibc
import Kernels
import Tensor
import Testing

@Suite struct ActivationTests {
    /// -30...30 in steps of 1/512, and far beyond.
    let arguments: [Float] = (-15360...15360).map { Float($0) / 512 } + [-1e4, 1e4, -.infinity, .infinity]

    private func apply(_ body: (MutableTensorRef<Float>) -> Void) -> [Float] {
        var arena = Arena<Float>(capacity: Arena<Float>.footprint(Shape(arguments.count)))
        let values = arena.take(Shape(arguments.count))
        values.copy(from: arguments)
        body(values)
        return values.array
    }

    @Test func tanhInFloat() {
        for (x, y) in zip(arguments, apply { Activation.tanh($0) }) {
            #expect(abs(Double(y) - Glibc.tanh(Double(x))) < 3e-7, "tanh \(x)")
        }
    }

    @Test func sigmoidInFloat() {
        for (x, y) in zip(arguments, apply { Activation.sigmoid($0) }) {
            #expect(abs(Double(y) - 1 / (1 + exp(-Double(x)))) < 2e-7, "sigmoid \(x)")
        }
    }

    @Test func exponentialInFloat() {
        for x in arguments where abs(x) <= 30 {
            let expected = exp(Double(x))
            #expect(abs(Double(Float.exponential(x)) - expected) < 4e-7 * expected, "exp \(x)")
        }
        #expect(Float.exponential(.nan).isNaN)
    }

    @Test func gradientsAgreeWithDifferences() {
        let (x, slope) = (noise(20, seed: 1).map { 3 * $0 }, noise(20, seed: 2))
        typealias Forward = (MutableTensorRef<Double>) -> Void
        typealias Backward = (MutableTensorRef<Double>, TensorRef<Double>) -> Void
        let pairs: [(String, Forward, Backward)] = [
            ("tanh", { Activation.tanh($0) }, { Activation.tanhBackward($0, output: $1) }),
            ("sigmoid", { Activation.sigmoid($0) }, { Activation.sigmoidBackward($0, output: $1) }),
            ("relu", { Activation.rectify($0) }, { Activation.rectifyBackward($0, output: $1) }),
        ]
        for (name, forward, backward) in pairs {
            let (input, gradient) = (tensor(Shape(20), x), tensor(Shape(20), slope))
            func loss() -> Double {
                let y = tensor(Shape(20), input.array)
                forward(y)
                return dot(y, tensor(Shape(20), slope))
            }
            let y = tensor(Shape(20), x)
            forward(y)
            backward(gradient, y.readOnly)
            expectGradient(gradient, of: input, name, loss: loss)
        }
    }

    @Test func productOfDirections() {
        let (input, slope) = (tensor(Shape(2, 6), noise(12, seed: 1)), tensor(Shape(2, 3), noise(6, seed: 2)))
        let (output, gradient) = (tensor(Shape(2, 3)), tensor(Shape(2, 6)))
        DirectionProduct.backward(
            inputGradient: gradient, outputGradient: slope.readOnly, input: input.readOnly, width: 3)
        expectGradient(gradient, of: input, "product") {
            DirectionProduct.forward(output: output, input: input.readOnly, width: 3)
            return dot(output, slope)
        }
    }
}
