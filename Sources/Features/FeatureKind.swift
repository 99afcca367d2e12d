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

    /// Whether the features are of Ambisonics instead of an array's capsules.
    public var isAmbisonic: Bool {
        switch self {
        case .foaIntensity, .foaCovariance: true
        case .micGCCPHAT, .micPhase, .micCoherence: false
        }
    }

    /// Whether the features contain the covariance of all four channels, which gives the dominant wave in a band
    /// (`BandDirections`).
    public var hasFullCovariance: Bool {
        switch self {
        case .foaCovariance, .micCoherence: true
        case .foaIntensity, .micGCCPHAT, .micPhase: false
        }
    }

    /// Feature channels for each of the 64 bands (or lags).
    public var channels: Int {
        switch self {
        case .foaIntensity, .micPhase: 7
        case .micGCCPHAT: 10
        case .micCoherence, .foaCovariance: 16
        }
    }
}
