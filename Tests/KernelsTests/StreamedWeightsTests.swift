import CRealtime
import Kernels
import Tensor
import Testing

@Suite struct StreamedWeightsTests {
    /// Multiples of 2^-10, which 16 bits represent, with every remainder of rows and columns.
    @Test(arguments: [1, 4, 6], [1, 16, 39]) func sixteenBitsGiveTheSameProducts(rows: Int, columns: Int) {
        var arena = Arena<Float>(capacity: 1 << 12)
        let (weight, x, bias) = (arena.take(Shape(rows, columns)), arena.take(Shape(columns)), arena.take(Shape(rows)))
        weight.copy(from: noise(weight.count, seed: 1).map { Float(($0 * 1024).rounded() / 1024) })
        x.copy(from: noise(columns, seed: 2).map { Float($0) })
        bias.copy(from: noise(rows, seed: 3).map { Float($0) })
        let results = [true, false].map { allowsHalves in
            let weights = StreamedWeights([weight.readOnly], allowsHalves: allowsHalves)
            let areHalves = weights.areHalves
            #expect(areHalves == allowsHalves)
            let y = arena.take(Shape(rows))
            weights.matrices[0].multiply(x.readOnly, bias: bias.readOnly, into: y)
            return y.array
        }
        for row in 0..<rows { #expect(abs(results[0][row] - results[1][row]) < 2e-6, "row \(row)") }
    }

    /// The product of each number with 1, by registers and by integers, is the number.
    @Test func numbersOfSixteenBitsAreWidenedExactly() {
        let limits: [Float] = [0, 1, -1, 65_504, -65_504, 0x1p-14, 0x1p-24, -0x1p-24, 1023 * 0x1p-24, 0x1.FFCp-1]
        let numbers = limits + (-1024...1024).map { Float($0) * 0x1p-20 }
        var (halves, y, slow) = ([UInt16](repeating: 0, count: numbers.count), numbers, numbers)
        #expect(unsafe bearing_half_from_floats(&halves, numbers, numbers.count) == 1)
        let zeros = [Float](repeating: 0, count: numbers.count)
        unsafe bearing_half_product(&y, numbers.count, 1, halves, [1], zeros)
        unsafe bearing_half_product_slow(&slow, numbers.count, 1, halves, [1], zeros)
        #expect(y == numbers && slow == numbers)
    }

    @Test(arguments: [65_520, -1e9, 0x1p-25, 0x1.001p0, 1025 * 0x1p-25, .infinity, .nan] as [Float])
    func otherNumbersKeepThirtyTwoBits(_ number: Float) {
        var arena = Arena<Float>(capacity: 64)
        let weight = arena.take(Shape(2, 3))
        weight.copy(from: [1, 2, 3, 4, 5, number])
        let weights = StreamedWeights([weight.readOnly])
        let areHalves = weights.areHalves
        #expect(!areHalves)
    }
}
