public import Dataset
import Features

/// A recording for drawing sequences: its features and its labels.
public struct LabelledRecording: Sendable {
    public let name: String
    public let features: FeatureCache
    public let labels: SlotLabels
    /// nil for recordings that are not mixed with others.
    public let mixable: MixableRecording?
    /// The symmetries that apply to its features.
    public let symmetries: [SceneSymmetry]
    /// Of array-independent features, which are kept mapped, for sums; nil for others.
    public let map: ArrayMap?

    /// - Parameter symmetries: nil for those of the features without an array, which are all that Ambisonics has.
    public init(
        name: String, features: FeatureCache, labels: SlotLabels, mixable: MixableRecording? = nil,
        symmetries: [SceneSymmetry]? = nil, map: ArrayMap? = nil
    ) {
        precondition(features.kind.isArrayIndependent == (map != nil), "array-independent features are mapped, no others are")
        self.map = map
        self.name = name
        self.features = features
        self.labels = labels
        self.mixable = mixable
        self.symmetries = symmetries ?? features.kind.symmetries(array: nil)
    }

    public var blocks: Int { min(features.blocks, labels.blocks) }
}
