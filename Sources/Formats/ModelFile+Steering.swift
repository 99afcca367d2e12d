public import Features
import Pipeline

extension ModelFile {
    /// Of the array that the model hears, to refine its directions by; nil where its features tell no waves, or are of Ambisonics.
    public var steering: SteeringVectors? {
        features.tellsWaves && !features.isAmbisonic ? geometry.map { SteeringVectors(of: $0) } : nil
    }
}
