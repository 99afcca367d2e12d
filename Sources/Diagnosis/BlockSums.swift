import Signal

/// Sums over a block of samples for the levels of its channels. They make the check of a whole recording cheap.
struct BlockSums {
    private(set) var frames = 0
    private var sum = SIMD4<Double>.zero
    private var squares = SIMD4<Double>.zero
    /// Of the differences between channels 0 and 1, 1 and 2, 2 and 3, 3 and 0.
    private var nextSquares = SIMD4<Double>.zero
    /// Of the differences between channels 0 and 2, 1 and 3, and again.
    private var oppositeSquares = SIMD4<Double>.zero
    private(set) var lowest = SIMD4<Float>(repeating: .infinity)
    private(set) var highest = SIMD4<Float>(repeating: -.infinity)

    mutating func add(_ frame: SIMD4<Float>) {
        let x = SIMD4<Double>(frame)
        let next = x - SIMD4(x[1], x[2], x[3], x[0])
        let opposite = x - SIMD4(x[2], x[3], x[0], x[1])
        sum += x
        squares += x * x
        nextSquares += next * next
        oppositeSquares += opposite * opposite
        lowest = pointwiseMin(lowest, frame)
        highest = pointwiseMax(highest, frame)
        frames += 1
    }

    /// Mean squares without the offset.
    var powers: SIMD4<Double> {
        guard frames > 0 else { return .zero }
        let (count, mean) = (Double(frames), sum / Double(frames))
        var powers = pointwiseMax(squares / count - mean * mean, .zero)
        // Exact zero instead of the rounding error of an offset.
        for channel in 0..<4 where lowest[channel] == highest[channel] { powers[channel] = 0 }
        return powers
    }

    /// The mean square of the difference of two channels.
    func difference(_ a: Int, _ b: Int) -> Double {
        let (low, high) = (min(a, b), max(a, b))
        let sum = high - low == 2 ? oppositeSquares[low] : high - low == 3 ? nextSquares[3] : nextSquares[low]
        return sum / Double(max(frames, 1))
    }

    /// All whole blocks of [n, 4] samples.
    static func blocks(of samples: [Float]) -> [BlockSums] {
        stride(from: 0, to: samples.count - 4 * FrameLayout.samplesPerBlock + 1, by: 4 * FrameLayout.samplesPerBlock).map { start in
            var block = BlockSums()
            for index in stride(from: start, to: start + 4 * FrameLayout.samplesPerBlock, by: 4) {
                block.add(SIMD4(samples[index], samples[index + 1], samples[index + 2], samples[index + 3]))
            }
            return block
        }
    }
}
