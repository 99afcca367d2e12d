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
