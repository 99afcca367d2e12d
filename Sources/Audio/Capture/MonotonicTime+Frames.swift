public import Platform

extension MonotonicTime {
    /// Nanoseconds that so many frames last. Whole seconds apart from the rest: frames times nanoseconds alone would not fit after
    /// 106 hours.
    /// - Parameter rate: frames a second.
    public static func nanoseconds(ofFrames frames: Int, at rate: Int = AudioFormat.sampleRate) -> Int64 {
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: rate)
        return Int64(seconds) * second + Int64(rest) * second / Int64(rate)
    }
}
