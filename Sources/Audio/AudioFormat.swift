public import Signal

/// The meaning of the channels of a recording or a microphone. The raw value is used in options and the configuration.
public enum AudioFormat: String, Sendable, Hashable, CaseIterable {
    /// First-order Ambisonics, ACN order and SN3D normalisation: W, Y, Z, X.
    case foa
    /// The capsules of an array, three to eight, in the order of its `ArrayGeometry`.
    case mic
    /// The capsules of an array as for `mic`, to be encoded as `foa` by its `ArrayGeometry`: the output of A-format
    /// microphones.
    case aformat

    /// Channels of `foa`, and of the arrays of `mic` that networks of one array take.
    @inlinable
    public static var channels: Int { FrameLayout.channels }
    /// Sample rate in Hz after resampling.
    @inlinable
    public static var sampleRate: Int { FrameLayout.sampleRate }
}
