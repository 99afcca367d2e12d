import CRealtime
import Platform
import Tensor

/// White noise that capsules and their amplifiers make, independent in every channel.
enum CapsuleNoise {
    /// A minute and more of unit noise, which channels read from places of their own.
    private static let noise: [Float] = {
        var random = RandomSource(seed: 77)
        return (0..<1 << 20).map { _ in random.normal() }
    }()

    /// Adds noise to all channels.
    ///
    /// - Parameters: `target` [channels, length]; `level`, RMS; `random` draws the places.
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
