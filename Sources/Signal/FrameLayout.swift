/// The division of audio into frames and blocks, in every module from the source to the tracks.
///
/// Frame f covers samples [480 (f-1), 480 (f+1)), zeros before sample 0; block k pools frames 5k...5k+4, whose windows end
/// exactly at sample 2400 (k+1). All are inlined: a loop over them has a constant end in every module.
public enum FrameLayout {
    /// Samples a second, after resampling.
    @inlinable
    public static var sampleRate: Int { 24_000 }
    /// Channels of Ambisonics, and of an array whose number of capsules is not given.
    @inlinable
    public static var channels: Int { 4 }
    /// Capsules of an array, at least and at most.
    @inlinable
    public static var capsules: ClosedRange<Int> { 3...8 }
    /// Samples from one feature frame to the next: 20 ms.
    @inlinable
    public static var hop: Int { 480 }
    /// Feature frames in a block: the pooling of the network over time.
    @inlinable
    public static var framesPerBlock: Int { 5 }
    /// Samples in a block: 100 ms, for which tracks are reported once.
    @inlinable
    public static var samplesPerBlock: Int { hop * framesPerBlock }
    @inlinable
    public static var blocksPerSecond: Int { sampleRate / samplesPerBlock }
    /// Seconds of a block.
    @inlinable
    public static var blockSeconds: Double { Double(samplesPerBlock) / Double(sampleRate) }
    /// Milliseconds of a block.
    @inlinable
    public static var blockMilliseconds: Int { 1000 / blocksPerSecond }
}
