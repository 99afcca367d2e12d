/// The range of valid samples. Others are replaced by silence, in files and from devices alike, and counted.
///
/// Otherwise one invalid sample would have a lasting effect: its powers are infinite, and infinity in a recurrent network
/// persists.
public enum SoundSample {
    /// The largest magnitude, 193 dB above full scale; unscaled 32-bit integers written as floats are within.
    ///
    /// The power of a band is at most about 10^9 squares of samples, after the gain of an encoder 10^12, so it stays below
    /// 10^32; the largest float is 3.4 * 10^38.
    static let limit: Float = 0x1p32

    /// The warning, without the name of the source, about replaced samples; nil if there are none.
    public static func remark(replaced count: Int) -> String? {
        count == 0 ? nil : "expected finite samples of up to 2^32 times full scale, found \(count) others, replaced by 0"
    }

    /// Replaces samples that are not finite, or above the limit, by 0.
    ///
    /// - Parameter count: number of samples to check, from the first on.
    /// - Returns: the number of replaced samples.
    static func replaceInvalid(in samples: inout MutableSpan<Float>, count: Int) -> Int {
        var replaced = 0
        // A comparison with NaN is false.
        for index in 0..<count where !(abs(samples[index]) <= limit) {
            samples[index] = 0
            replaced += 1
        }
        return replaced
    }
}
