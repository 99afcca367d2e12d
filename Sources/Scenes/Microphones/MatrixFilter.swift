import Audio
import CRealtime
import Glibc
import Tensor

/// Filters from some channels to as many, without relative delay: encoders, and unequal capsules. One instance per thread.
@safe
final class MatrixFilter {
    /// Length of a filter in samples, half of them before its centre.
    static let taps = 1024
    private static let points = 8192

    private let short = RealTransform(points: taps)
    private let long = RealTransform(points: points)
    private let arena: Arena<Float>
    /// [output, input, real and imaginary, bins]
    private let spectra: MutableTensorRef<Float>
    /// Spectra of a block of the inputs: [channels, 2, bins]
    private let blocks: MutableTensorRef<Float>
    private let channels: Int
    /// [output, input]
    private var isUsed: [Bool]

    init(channels: Int = AudioFormat.channels) {
        self.channels = channels
        isUsed = [Bool](repeating: false, count: channels * channels)
        var layout = ArenaLayout<Float>()
        let (spectra, blocks) = (layout.add(Shape(channels * channels, 2, long.bins)), layout.add(Shape(channels, 2, long.bins)))
        let arena = Arena(layout)
        (self.spectra, self.blocks) = (arena[spectra], arena[blocks])
        self.arena = arena
    }

    /// Frequency in Hz of a bin of a filter's response.
    static func frequency(_ bin: Int) -> Double { Double(bin * AudioFormat.sampleRate) / Double(taps) }

    /// Sets the filters.
    ///
    /// - Parameter response: of output, input and bin; nil for bin 0 if there is no filter between the two.
    func set(_ response: (_ output: Int, _ input: Int, _ bin: Int) -> Complex?) {
        let half = Self.taps / 2
        for pair in isUsed.indices {
            isUsed[pair] = response(pair / channels, pair % channels, 0) != nil
            guard isUsed[pair] else { continue }
            for bin in 0..<short.bins {
                let value = response(pair / channels, pair % channels, bin) ?? .zero
                // Odd bins are negated, which moves the centre to the middle of the filter.
                let sign: Double = bin % 2 == 0 ? 1 : -1
                short.real[bin] = Float(sign * value.real / Double(Self.taps))
                short.imaginary[bin] = Float(sign * value.imaginary / Double(Self.taps))
            }
            short.inverse()
            long.time.fill(0)
            for tap in 0..<Self.taps {
                let x = max(abs(Float(tap - half)) / Float(half) - 0.5, 0) * 2
                long.time[tap] = short.time[tap] * (0.5 + 0.5 * cos(.pi * x))
            }
            long.forward()
            let target = unsafe spectra.unsafeBase + pair * 2 * long.bins
            unsafe target.update(from: long.real.unsafeBase, count: long.bins)
            unsafe (target + long.bins).update(from: long.imaginary.unsafeBase, count: long.bins)
        }
    }

    /// Adds the filtered `input` to `output`; both [channels, length].
    func add(_ input: MutableTensorRef<Float>, to output: MutableTensorRef<Float>) {
        let length = input.shape[1]
        let hop = Self.points - Self.taps
        let bins = long.bins
        var block = 0
        while block < length {
            let count = min(hop, length - block)
            for channel in 0..<channels {
                long.time.fill(0)
                unsafe long.time.unsafeBase.update(from: input.unsafeBase + channel * length + block, count: count)
                long.forward()
                let target = unsafe blocks.unsafeBase + channel * 2 * bins
                unsafe target.update(from: long.real.unsafeBase, count: bins)
                unsafe (target + bins).update(from: long.imaginary.unsafeBase, count: bins)
            }
            let start = block - Self.taps / 2
            let (first, last) = (max(0, -start), min(Self.points, length - start))
            for channel in 0..<channels {
                long.real.fill(0)
                long.imaginary.fill(0)
                for other in 0..<channels where isUsed[channels * channel + other] {
                    let a = unsafe blocks.unsafeBase + other * 2 * bins
                    let b = unsafe spectra.unsafeBase + (channels * channel + other) * 2 * bins
                    unsafe bearing_spectrum_multiply_add(
                        long.real.unsafeBase, long.imaginary.unsafeBase, a, a + bins, b, b + bins,
                        1 / Float(Self.points), Int32(bins))
                }
                long.inverse()
                unsafe bearing_accumulate(
                    output.unsafeBase + (channel * length + start + first), long.time.unsafeBase + first, 1,
                    Int32(last - first))
            }
            block += hop
        }
    }
}
