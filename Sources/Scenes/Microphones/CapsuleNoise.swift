import CRealtime
import Platform
import Tensor

/// White noise of capsules and their amplifiers, independent in every channel.
enum CapsuleNoise {
    /// More than a minute of unit noise, which each channel reads from a different offset.
    private static let noise: [Float] = {
        var random = RandomSource(seed: 77)
        return (0..<1 << 20).map { _ in random.normal() }
    }()

    /// Adds noise to all channels.
    ///
    /// - Parameters: `target` [channels, length]; `level`, RMS; `random` draws the offsets.
    static func add(level: Float, to target: MutableTensorRef<Float>, using random: inout RandomSource) {
        let length = target.shape[1]
        for channel in 0..<target.shape[0] {
            let gain = random.chance(0.5) ? level : -level
            var place = random.index(below: noise.count)
            var start = 0
            while start < length {
                let count = min(length - start, noise.count - place)
                unsafe noise.withUnsafeBufferPointer { source in
                    guard let source = source.baseAddress else { return }
                    unsafe bearing_accumulate(
                        target.unsafeBase + channel * length + start, source + place, gain, Int32(count))
                }
                start += count
                place = 0
            }
        }
    }
}
