import Kernels
import Tensor
import Testing

/// Max-pool and batch normalisation share one pass, so they are tested together: x -> pooled, normalised, rectified.
@Suite struct BatchNormTests {
    let rows = 10, bands = 4, channels = 3
    let window = (times: 5, bands: 2)

    @Test func forwardIsNormaliseThenRectifyThenPool() {
        let x = noise(rows * bands * channels, seed: 1)
        let (gain, bias) = ([1.5, -0.7, 0.0], [0.1, 0.3, 0.2])
        let output = run(x: tensor(Shape(rows, bands, channels), x), gain: gain, bias: bias).output
        for c in 0..<channels {
            let values = stride(from: c, to: x.count, by: channels).map { x[$0] }
            let mean = values.reduce(0, +) / Double(values.count)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
            let y = values.map { max(0, gain[c] * ($0 - mean) / (variance + 1e-5).squareRoot() + bias[c]) }
            for row in 0..<2 {
                for band in 0..<2 {
                    var largest = 0.0
                    for time in 0..<5 {
                        for b in 0..<2 { largest = max(largest, y[(row * 5 + time) * bands + band * 2 + b]) }
                    }
                    let found = output[(row * 2 + band) * channels + c]
                    #expect(abs(found - largest) < 1e-12, "channel \(c), cell \(row) \(band)")
                }
            }
        }
    }

    @Test func gradientsAgreeWithDifferences() {
        let x = tensor(Shape(rows, bands, channels), noise(rows * bands * channels, seed: 1))
        let (gain, bias) = (tensor(Shape(channels), [1.5, -0.7, 0.8]), tensor(Shape(channels), [0.1, 0.3, -0.6]))
        let slope = noise(4 * channels, seed: 2)
        func loss() -> Double {
            dot(run(x: x, gain: gain.array, bias: bias.array).output, tensor(Shape(4 * channels), slope))
        }
        let pass = run(x: x, gain: gain.array, bias: bias.array)
        let (gradient, sums, dense) = (tensor(Shape(4, channels), slope), tensor(Shape(2, channels)), tensor(Shape(2, channels)))
        let (gainGradient, biasGradient) = (tensor(Shape(channels)), tensor(Shape(channels)))
        BatchNorm.backwardSums(
            gradient: gradient, extremes: pass.extremes.readOnly, statistics: pass.statistics.readOnly, sums: sums)
        BatchNorm.backward(
            dense: dense, gainGradient: gainGradient, biasGradient: biasGradient, sums: [sums], count: rows * bands,
            statistics: pass.statistics.readOnly)
        let xGradient = tensor(x.shape, x.array)
        MaxPool.backward(
            values: xGradient, gradient: gradient.readOnly, choice: pass.choice.readOnly, window: window,
            slope: dense.rows(0..<1).readOnly, offset: dense.rows(1..<2).readOnly,
            scale: pass.statistics.rows(2..<3).readOnly)
        expectGradient(xGradient, of: x, "x", loss: loss)
        expectGradient(gainGradient, of: gain, "gain", loss: loss)
        expectGradient(biasGradient, of: bias, "bias", loss: loss)
    }

    private struct Pass {
        let output, extremes, statistics: MutableTensorRef<Double>
        let choice: MutableTensorRef<UInt8>
    }

    private func run(x: MutableTensorRef<Double>, gain: [Double], bias: [Double]) -> Pass {
        let cells = Shape(2, 2, channels)
        let places = UnsafeMutablePointer<UInt8>.allocate(capacity: cells.count)
        unsafe places.initialize(repeating: 0, count: cells.count)
        let choice = unsafe MutableTensorRef(unsafeBase: places, shape: cells)
        let (extremes, output, sums) = (tensor(cells), tensor(cells), tensor(Shape(2, channels)))
        let statistics = tensor(Shape(4, channels))
        let (gain, bias) = (tensor(Shape(channels), gain), tensor(Shape(channels), bias))
        MaxPool.forward(
            pooled: extremes, choice: choice, input: x.readOnly, window: window, gain: gain.readOnly, sums: sums)
        BatchNorm.batchStatistics(
            statistics, sums: [sums], count: rows * bands, gain: gain.readOnly, bias: bias.readOnly,
            mean: tensor(Shape(channels)), variance: tensor(Shape(channels)))
        BatchNorm.forward(output: output, input: extremes.readOnly, statistics: statistics.readOnly)
        return Pass(output: output, extremes: extremes, statistics: statistics, choice: choice)
    }
}
