/// The features of a network's input; the raw value is used in model files.
public enum FeatureKind: String, Sendable, CaseIterable {
    /// First-order Ambisonics: log-mel of W, Y, Z, X, then the mel-pooled active intensity along y, z, x.
    case foaIntensity = "foa-intensity"
    /// Tetrahedral array: log-mel of the four capsules, then GCC-PHAT of the six pairs at lags -32...31.
    case micGCCPHAT = "mic-gcc-phat"
    /// Tetrahedral array: log-mel of the four capsules, then phase-derived delays relative to capsule 0.
    case micPhase = "mic-phase"
    /// Tetrahedral array: log-mel of the four capsules, then the complex coherence of the six pairs in each band.
    case micCoherence = "mic-coherence"
    /// First-order Ambisonics: log-mel of W, Y, Z, X, then their covariance normalised by the energy of each band.
    case foaCovariance = "foa-covariance"
    /// Any array of three to eight capsules: frames as those of `micCoherence`, mapped to spherical harmonics of order 1 and 2 by `HarmonicMap`.
    case micHarmonics = "mic-harmonics"

    /// Whether the features are of Ambisonics instead of an array's capsules.
    public var isAmbisonic: Bool {
        switch self {
        case .foaIntensity, .foaCovariance: true
        case .micGCCPHAT, .micPhase, .micCoherence, .micHarmonics: false
        }
    }

    /// Whether a network with these features works with arrays that it was not trained on: frames are mapped by the array's geometry.
    public var isArrayIndependent: Bool { self == .micHarmonics }

    /// Whether the features contain the covariance of all four channels, which gives the dominant wave in a band
    /// (`BandDirections`).
    public var hasFullCovariance: Bool {
        switch self {
        case .foaCovariance, .micCoherence, .micHarmonics: true
        case .foaIntensity, .micGCCPHAT, .micPhase: false
        }
    }

    /// Channels of a frame for each of the 64 bands (or lags), as `FeatureExtractor` emits it and caches keep it, of four channels of audio.
    public var channels: Int {
        switch self {
        case .foaIntensity, .micPhase: 7
        case .micGCCPHAT: 10
        case .micCoherence, .foaCovariance, .micHarmonics: 16
        }
    }

    /// The same for another number of channels of audio, which array-independent features may have.
    public func frameChannels(of audioChannels: Int) -> Int { isArrayIndependent ? audioChannels * audioChannels : channels }

    /// Channels for each band of what is scaled and given to a network: those of a frame, or of a mapped one.
    public var inputChannels: Int { isArrayIndependent ? HarmonicMap.channels : channels }
}
