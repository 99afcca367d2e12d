public import Platform

extension MonotonicTime {
    /// Duration of a number of frames in nanoseconds. Whole seconds are separate, since frames times nanoseconds would overflow
    /// after 106 hours.
    /// - Parameter rate: frames per second.
    public static func nanoseconds(ofFrames frames: Int, at rate: Int = AudioFormat.sampleRate) -> Int64 {
        let (seconds, rest) = frames.quotientAndRemainder(dividingBy: rate)
        return Int64(seconds) * second + Int64(rest) * second / Int64(rate)
    }
}
