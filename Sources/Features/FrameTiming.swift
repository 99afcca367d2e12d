/// Sizes of frames and blocks: the only definition of the numbers that features, networks, labels and tracks share.
///
/// Frame f covers samples [480 (f-1), 480 (f+1)), zeros before sample 0; label block k pools frames
/// 5k...5k+4, whose windows end exactly at sample 2400 (k+1).
public enum FrameTiming {
    /// Sample rate in Hz.
    public static let sampleRate = 24_000
    /// Samples between two frames: 20 ms.
    public static let hop = 480
    /// Length of the periodic Hann window in samples: 40 ms.
    public static let window = 960
    /// Points of the transform; the window is zero-padded to it.
    public static let transform = 1024
    /// Frequency bins of the transform, including 0 Hz and 12 kHz.
    public static let bins = 513
    public static let melBands = 64
    public static let framesPerBlock = 5
    /// Samples in a label block: 100 ms.
    public static let samplesPerBlock = 2400
    public static let microphones = 4
}
