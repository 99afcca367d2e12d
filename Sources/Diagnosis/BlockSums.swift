internal import CRealtime
import Signal

/// Sums over a block of samples for the levels of its channels, a lane each. They make the check of a whole recording cheap.
struct BlockSums {
    private let channels: Int
    private(set) var frames = 0
    /// Of x; of its square; of the squares of the differences between channel c and that 1 to 4 places further, modulo 8.
    private var sums = InlineArray<48, Double>(repeating: 0)
    /// The lowest x, the highest.
    private var extremes = InlineArray<16, Float> { $0 < 8 ? .infinity : -.infinity }

    init(channels: Int) { self.channels = channels }

    /// - Parameter samples: [n, C].
    mutating func add(_ samples: Span<Float>) {
        let (count, channels) = (samples.count / channels, channels)
        frames += count
        // Copies, since spans of two stored properties cannot be mutated together.
        var (sums, extremes) = (sums, extremes)
        var sumSpan = sums.mutableSpan
        var extremeSpan = extremes.mutableSpan
        unsafe samples.withUnsafeBufferPointer { samples in
            unsafe sumSpan.withUnsafeMutableBufferPointer { sums in
                unsafe extremeSpan.withUnsafeMutableBufferPointer { extremes in
                    guard let base = samples.baseAddress else { return }
                    unsafe bearing_block_sums(sums.baseAddress!, extremes.baseAddress!, base, count, Int32(channels))
                }
            }
        }
        (self.sums, self.extremes) = (sums, extremes)
    }

    var lowest: SIMD8<Float> { lanes { extremes[$0] } }
    var highest: SIMD8<Float> { lanes { extremes[8 + $0] } }

    private func lanes<Scalar>(_ value: (Int) -> Scalar) -> SIMD8<Scalar> {
        var lanes = SIMD8<Scalar>(repeating: value(0))
        for lane in 1..<8 { lanes[lane] = value(lane) }
        return lanes
    }

    /// Mean squares without the offset.
    var powers: SIMD8<Double> {
        guard frames > 0 else { return .zero }
        let (count, mean) = (Double(frames), lanes { sums[$0] } / Double(frames))
        var powers = pointwiseMax(lanes { sums[8 + $0] } / count - mean * mean, .zero)
        let (lowest, highest) = (lowest, highest)
        // Exact zero instead of the rounding error of an offset.
        for channel in 0..<channels where lowest[channel] == highest[channel] { powers[channel] = 0 }
        return powers
    }

    /// The mean square of the difference of two channels.
    func difference(_ a: Int, _ b: Int) -> Double {
        let (low, high) = (min(a, b), max(a, b))
        let apart = high - low
        let sum = apart <= 4 ? sums[16 + 8 * (apart - 1) + low] : sums[16 + 8 * (7 - apart) + high]
        return sum / Double(max(frames, 1))
    }

    /// All whole blocks of [n, C] samples.
    static func blocks(of samples: [Float], channels: Int) -> [BlockSums] {
        let length = channels * FrameLayout.samplesPerBlock
        return stride(from: 0, to: samples.count - length + 1, by: length).map { start in
            var block = BlockSums(channels: channels)
            block.add(samples.span.extracting(start..<start + length))
            return block
        }
    }
}
