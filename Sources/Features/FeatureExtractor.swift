public import Signal
public import Tensor

/// Extracts feature frames from audio: the only path from samples to network input, for streams and files.
///
/// The frames do not depend on how the samples are divided into pushes. After `init` nothing allocates or locks.
public struct FeatureExtractor: ~Copyable {
    /// The spatial features; those of covariances include the log-mel channels.
    private enum Spatial: ~Copyable {
        case intensity(IntensityVector)
        case correlation(GCCPHAT)
        case phase(PhaseDifference)
        case covariance(SpatialCovariance)
        /// Of another number of capsules than four.
        case capsules(CapsuleCovariance)
    }

    public let kind: FeatureKind
    /// Channels of the samples.
    public let channels: Int
    private let bank = MelFilterBank()
    private let logMel = LogMel()
    private let spatial: Spatial
    private var stft: STFT
    /// Of channels 4...7; not used for four channels or less.
    private var highSTFT: STFT
    private let arena: Arena<Float>
    private let frame: MutableTensorRef<Float>

    /// - Parameter channels: of the samples: four, except for capsules of array-independent features.
    public init(_ kind: FeatureKind, channels: Int = FrameLayout.channels) {
        precondition(channels == FrameLayout.channels || kind.isArrayIndependent, "\(kind.rawValue) is of 4 channels")
        self.kind = kind
        self.channels = channels
        stft = STFT(channels: channels)
        highSTFT = STFT(channels: channels, first: min(channels, 4))
        spatial =
            switch kind {
            case .micHarmonics where channels != FrameLayout.channels: .capsules(CapsuleCovariance(capsules: channels))
            case .foaIntensity: .intensity(IntensityVector())
            case .micGCCPHAT: .correlation(GCCPHAT())
            case .micPhase: .phase(PhaseDifference())
            case .micCoherence, .micHarmonics: .covariance(SpatialCovariance(.coherence))
            case .foaCovariance: .covariance(SpatialCovariance(.energy))
            }
        let shape = Shape(FrameTiming.melBands, kind.frameChannels(of: channels))
        var arena = Arena<Float>(holding: shape)
        frame = arena.take(shape)
        self.arena = arena
    }

    /// Pushes samples and passes every completed feature frame to `emit`, one per 480 sample frames.
    ///
    /// - Parameters:
    ///   - samples: interleaved frames of all channels in -1...1, any number of them (W, Y, Z, X in SN3D, or capsules).
    ///   - emit: receives a frame [64, C], unscaled, valid during the call only; C as `FeatureKind.frameChannels`.
    public mutating func push(_ samples: Span<Float>, _ emit: (TensorRef<Float>) -> Void) {
        precondition(samples.count % channels == 0, "whole sample frames")
        var start = 0
        while true {
            if channels > 4 {
                var start = start
                _ = highSTFT.advance(samples, from: &start)
            }
            guard stft.advance(samples, from: &start) else { return }
            analyse()
            emit(frame.readOnly)
        }
    }

    /// Clears the audio so far.
    public mutating func reset() {
        stft.reset()
        highSTFT.reset()
    }

    @_noLocks
    private func analyse() {
        switch spatial {
        case .capsules(let covariance):
            return covariance.apply(
                low: (stft.real, stft.imaginary), high: (highSTFT.real, highSTFT.imaginary), bank: bank, into: frame)
        case .covariance(let covariance):
            return covariance.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        default: logMel.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        }
        switch spatial {
        case .capsules: break
        case .covariance: break
        case .intensity(let intensity):
            intensity.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        case .correlation(let correlation):
            correlation.apply(real: stft.real, imaginary: stft.imaginary, into: frame)
        case .phase(let phase):
            phase.apply(real: stft.real, imaginary: stft.imaginary, bank: bank, into: frame)
        }
    }
}
