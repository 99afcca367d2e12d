public import Audio
public import Formats

/// A recording for evaluating a model: its features and its references.
public struct ReferenceRecording: Sendable {
    public let name: String
    public let features: FeatureCache
    public let references: ReferenceLabels
    /// The capsules that it was made with; nil for Ambisonics.
    public let array: ArrayGeometry?

    public init(name: String, features: FeatureCache, references: ReferenceLabels, array: ArrayGeometry? = nil) {
        self.name = name
        self.features = features
        self.references = references
        self.array = array
    }
}
