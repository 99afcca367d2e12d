public import Dataset
import Features

/// A recording that can be drawn from: its features and its labels.
public struct LabelledRecording: Sendable {
    public let name: String
    public let features: FeatureCache
    public let labels: SlotLabels
    /// nil for recordings that are not mixed with others.
    public let mixable: MixableRecording?
    /// What its features can be turned and reflected by.
    public let symmetries: [SceneSymmetry]

    /// - Parameter symmetries: nil for those of the features alone, which is all that there is to Ambisonics.
    public init(
        name: String, features: FeatureCache, labels: SlotLabels, mixable: MixableRecording? = nil,
        symmetries: [SceneSymmetry]? = nil
    ) {
        self.name = name
        self.features = features
        self.labels = labels
        self.mixable = mixable
        self.symmetries = symmetries ?? features.kind.symmetries(array: nil)
    }

    public var blocks: Int { min(features.blocks, labels.blocks) }
}
