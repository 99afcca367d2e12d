/// What the four channels of a recording or a microphone mean; the raw value stands in options and configuration.
public enum AudioFormat: String, Sendable, Hashable, CaseIterable {
    /// First-order Ambisonics, ACN order and SN3D normalisation: W, Y, Z, X.
    case foa
    /// The four capsules of a tetrahedral array, in the order of its `ArrayGeometry`.
    case mic
    /// The capsules of an array as for `mic`, to be encoded as `foa` by its `ArrayGeometry`: what A-format microphones give.
    case aformat

    /// Channels of every format: what the rooms hand to each other.
    public static let channels = 4
    /// Samples a second after resampling: what the rooms hand to each other.
    public static let sampleRate = 24_000
}

/// Order and scaling of first-order Ambisonics; the raw value stands in options and configuration.
public enum AmbisonicConvention: String, Sendable, Hashable, CaseIterable {
    /// W, Y, Z, X; a plane wave has the same peak in W as in a channel that it comes from the direction of (ACN, SN3D).
    case ambix
    /// W, X, Y, Z, with W 3 dB lower (Furse-Malham, the B-format of older microphones).
    case fuma
}
