import Signal

/// Sums over a block of samples for the levels of its channels, a lane each. They make the check of a whole recording cheap.
struct BlockSums {
    private let channels: Int
    private(set) var frames = 0
    private var sum = SIMD8<Double>.zero
    private var squares = SIMD8<Double>.zero
    /// Squares of the differences between channel c and that r + 1 places further, modulo 8.
    private var differences = InlineArray<4, SIMD8<Double>>(repeating: .zero)
    private(set) var lowest = SIMD8<Float>(repeating: .infinity)
    private(set) var highest = SIMD8<Float>(repeating: -.infinity)

    init(channels: Int) { self.channels = channels }

    /// - Parameter frame: a lane for each channel, 0 beyond the last.
    mutating func add(_ frame: SIMD8<Float>) {
        let x = SIMD8<Double>(frame)
        sum += x
        squares += x * x
        var other = x
        for place in 0..<min(channels - 1, 4) {
            other = SIMD8(other[1], other[2], other[3], other[4], other[5], other[6], other[7], other[0])
            let difference = x - other
            differences[place] += difference * difference
        }
        lowest = pointwiseMin(lowest, frame)
        highest = pointwiseMax(highest, frame)
        frames += 1
    }

    /// Mean squares without the offset.
    var powers: SIMD8<Double> {
        guard frames > 0 else { return .zero }
        let (count, mean) = (Double(frames), sum / Double(frames))
        var powers = pointwiseMax(squares / count - mean * mean, .zero)
        // Exact zero instead of the rounding error of an offset.
        for channel in 0..<channels where lowest[channel] == highest[channel] { powers[channel] = 0 }
        return powers
    }

    /// The mean square of the difference of two channels.
    func difference(_ a: Int, _ b: Int) -> Double {
        let (low, high) = (min(a, b), max(a, b))
        let apart = high - low
        let sum = apart <= 4 ? differences[apart - 1][low] : differences[7 - apart][high]
        return sum / Double(max(frames, 1))
    }

    /// One frame of samples, a lane for each channel.
    /// - Parameter index: of its first sample.
    static func frame(_ samples: Span<Float>, at index: Int, channels: Int) -> SIMD8<Float> {
        var frame = SIMD8<Float>.zero
        for channel in 0..<channels { frame[channel] = samples[index + channel] }
        return frame
    }

    /// All whole blocks of [n, C] samples.
    static func blocks(of samples: [Float], channels: Int) -> [BlockSums] {
        let length = channels * FrameLayout.samplesPerBlock
        return stride(from: 0, to: samples.count - length + 1, by: length).map { start in
            var block = BlockSums(channels: channels)
            for index in stride(from: start, to: start + length, by: channels) {
                block.add(frame(samples.span, at: index, channels: channels))
            }
            return block
        }
    }
}
