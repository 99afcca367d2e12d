public import Formats

/// A recording for evaluating a model: its features and its references.
public struct ReferenceRecording: Sendable {
    public let name: String
    public let features: FeatureCache
    public let references: ReferenceLabels

    public init(name: String, features: FeatureCache, references: ReferenceLabels) {
        self.name = name
        self.features = features
        self.references = references
    }
}
