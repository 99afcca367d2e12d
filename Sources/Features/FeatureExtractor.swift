import Signal
public import Tensor

/// Extracts feature frames from audio: the only path from samples to network input, for streams and files.
///
/// The frames do not depend on how the samples are divided into pushes. After `init` nothing allocates or locks.
public struct FeatureExtractor: ~Copyable {
    /// The spatial features besides the four log-mel channels.
    private enum Spatial: ~Copyable {
        case intensity(IntensityVector)
        case correlation(GCCPHAT)
        case phase(PhaseDifference)
        case covariance(SpatialCovariance)
    }

    public let kind: FeatureKind
    private let bank = MelFilterBank()
    private let logMel = LogMel()
    private let spatial: Spatial
    private var stft = STFT()
    private let arena: Arena<Float>
    private let frame: MutableTensorRef<Float>

    public init(_ kind: FeatureKind) {
        self.kind = kind
        spatial =
            switch kind {
            case .foaIntensity: .intensity(IntensityVector())
            case .micGCCPHAT: .correlation(GCCPHAT())
            case .micPhase: .phase(PhaseDifference())
            case .micCoherence, .micHarmonics: .covariance(SpatialCovariance(.coherence))
            case .foaCovariance: .covariance(SpatialCovariance(.energy))
            }
        let shape = Shape(FrameTiming.melBands, kind.channels)
        var arena = Arena<Float>(holding: shape)
        frame = arena.take(shape)
        self.arena = arena
    }

    /// Pushes samples and passes every completed feature frame to `emit`, one per 480 sample frames.
    ///
    /// - Parameters:
    ///   - samples: interleaved frames of 4 channels in -1...1, any number of them (W, Y, Z, X in SN3D, or capsules 0...3).
    ///   - emit: receives a frame [64, C], unscaled, valid during the call only.
    public mutating func push(_ samples: Span<Float>, _ emit: (TensorRef<Float>) -> Void) {
        precondition(samples.count % FrameLayout.channels == 0, "whole sample frames of 4 channels")
        var start = 0
        while stft.advance(samples, from: &start) {
            analyse()
            emit(frame.readOnly)
        }
    }

    /// Clears the audio so far.
    public mutating func reset() { stft.reset() }

    @_noLocks
    private func analyse() {
        logMel.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        switch spatial {
        case .intensity(let intensity):
            intensity.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        case .correlation(let correlation):
            correlation.apply(real: stft.real, imaginary: stft.imaginary, into: frame)
        case .phase(let phase):
            phase.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        case .covariance(let covariance):
            covariance.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        }
    }
}
