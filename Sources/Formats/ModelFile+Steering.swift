public import Features
import Pipeline

extension ModelFile {
    /// Steering vectors of the model's array, for refinement; nil if its features have no dominant waves, or are of Ambisonics.
    public var steering: SteeringVectors? {
        features.hasFullCovariance && !features.isAmbisonic ? geometry.map { SteeringVectors(of: $0) } : nil
    }
}
