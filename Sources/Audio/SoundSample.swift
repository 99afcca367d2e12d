/// Which floats are samples of sound. Every other one is heard as silence, in files and from devices alike, and counted.
///
/// One such sample would otherwise stay: its powers are infinite, and infinity in a recurrent network never leaves it.
public enum SoundSample {
    /// The largest magnitude, 193 dB above full scale: 32-bit integers that were written as floats without being scaled are within.
    ///
    /// The power of a band is at most some 10^9 squares of samples, behind the gain of an encoder 10^12, so that it is below 10^32 where
    /// the largest float is 3.4 * 10^38.
    static let limit: Float = 0x1p32

    /// The line, behind the name of a source, about samples of it that were replaced; nil where none was.
    public static func remark(replaced count: Int) -> String? {
        count == 0 ? nil : "expected finite samples of up to 2^32 times full scale, found \(count) others, replaced by 0"
    }

    /// Replaces what is not finite, or beyond the limit, by 0.
    ///
    /// - Parameter count: samples to look at, from the first on.
    /// - Returns: how many were replaced.
    static func silenceOthers(in samples: inout MutableSpan<Float>, count: Int) -> Int {
        var replaced = 0
        // A comparison with what is not a number is false.
        for index in 0..<count where !(abs(samples[index]) <= limit) {
            samples[index] = 0
            replaced += 1
        }
        return replaced
    }
}
