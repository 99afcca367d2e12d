public import Dataset
public import Features
import Platform
import Signal
public import Tensor

/// The random changes of a training sequence.
public struct AugmentationSettings: Sendable {
    /// Decibels added to a sequence's level, uniformly drawn.
    public var gain: ClosedRange<Float> = -36...12
    /// Whether to apply a rotation or reflection that keeps the vertical axis: 16 for FOA; for capsules those that only permute
    /// them (`CapsuleSymmetry`).
    public var rotations = true
    /// Groups of adjacent mel bands that are set to the training mean, each at most `maskedBands` wide.
    public var masks = 0
    public var maskedBands = 8
    /// The share of sequences that are sums of two recordings; see `SequenceMixing`.
    public var mix: Float = 0
    /// Which recordings may be mixed.
    public var mixPartners = MixingPartners.room
    /// Maximum level difference of the second recording of a sum in decibels.
    public var mixLevel: Float = 0

    public init() {}

    /// No augmentation.
    public static var none: AugmentationSettings {
        var settings = AugmentationSettings()
        settings.gain = 0...0
        settings.rotations = false
        return settings
    }
}

/// The change of one sequence, resolved for each feature channel: out[c] = sign * in[source] + offset, log-mel channels not
/// below their floor.
public struct FeatureTransform: Sendable {
    public let symmetry: SceneSymmetry
    /// For each channel of a frame: its source, its sign, whether its lags are reversed, its offset.
    let source: [Int]
    let sign: [Float]
    let reversesLags: [Bool]
    let offset: [Float]
    /// Log-mel's floor of 10 log10(1e-10) dB.
    let floor: [Float]
    /// Bands set to the training mean, first and end of each group.
    let masks: [Range<Int>]

    public static let logMelFloor: Float = -100

    /// - Parameter symmetry: one of `kind.symmetries` for the array of the features.
    public init(kind: FeatureKind, gain: Float, symmetry: SceneSymmetry = .identity, masks: [Range<Int>] = []) {
        let channels = kind.channels(under: symmetry)
        let isLevel = channels.indices.map { $0 < (kind.isArrayIndependent ? 1 : FrameLayout.channels) }
        self.symmetry = symmetry
        self.masks = masks
        source = channels.map(\.source)
        sign = channels.map(\.sign)
        reversesLags = channels.map(\.reversesLags)
        offset = isLevel.map { $0 ? gain : 0 }
        floor = isLevel.map { $0 ? Self.logMelFloor : -.greatestFiniteMagnitude }
    }
}

/// The random part of a sequence's change, drawn before its recordings, and so their symmetries, are known.
struct TransformDraw {
    let gain: Float
    /// nil without rotations.
    let symmetry: UInt64?
    let masks: [Range<Int>]

    init(settings: AugmentationSettings, using random: inout RandomStream) {
        gain = Float.random(in: settings.gain, using: &random)
        symmetry = settings.rotations ? random.next() : nil
        masks = (0..<settings.masks).map { _ in
            let width = Int.random(in: 0...settings.maskedBands, using: &random)
            let first = Int.random(in: 0...(FrameTiming.melBands - width), using: &random)
            return first..<(first + width)
        }
    }

    /// - Parameter symmetries: at least the identity.
    func transform(kind: FeatureKind, symmetries: [SceneSymmetry]) -> FeatureTransform {
        var choice = symmetry.map { symmetries[Int($0 % UInt64(symmetries.count))] }
        if kind.isArrayIndependent, let chosen = choice, let symmetry {
            // Other bits than those that chose.
            choice = .harmonics(HarmonicRotation(random: symmetry >> 8, z: chosen.applied(to: (0, 0, 1)).z))
        }
        return FeatureTransform(kind: kind, gain: gain, symmetry: choice ?? .identity, masks: masks)
    }
}

extension FeatureTransform {
    /// out = scaled(sign * in[source] + offset) frame by frame, masked bands at the training mean (0 once scaled).
    /// - Parameters: `frames` and `target`: [n, 64, C].
    public func apply(_ frames: TensorRef<Float>, to target: MutableTensorRef<Float>, scaler: FeatureScaler) {
        let channels = source.count
        let bands = FrameTiming.melBands
        precondition(frames.count == target.count && frames.count % (bands * channels) == 0, "frames of [64, C]")
        let mean = scaler.mean
        let inverse = scaler.deviation.map { 1 / $0 }
        let input = unsafe frames.unsafeBase
        let output = unsafe target.unsafeBase
        for frame in 0..<frames.shape[0] {
            let base = frame * bands * channels
            for band in 0..<bands {
                let at = band * channels
                // Band b contains lag b - 32: lag n of the source is at 64 - b; the lowest keeps its position.
                let reversed = (bands - band) % bands * channels
                for c in 0..<channels {
                    let from = reversesLags[c] ? reversed : at
                    let value = unsafe max(sign[c] * input[base + from + source[c]] + offset[c], floor[c])
                    unsafe output[base + at + c] = (value - mean[at + c]) * inverse[at + c]
                }
            }
            for mask in masks {
                for i in mask.lowerBound * channels..<mask.upperBound * channels { unsafe output[base + i] = 0 }
            }
        }
    }
}
