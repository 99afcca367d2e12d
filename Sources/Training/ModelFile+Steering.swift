public import Features
public import Formats
import Pipeline

extension ModelFile {
    /// Of the array that the model hears, to refine its directions by; nil where its features tell nothing of the waves of single
    /// bands, or do without.
    public var steering: SteeringVectors? {
        features == .micCoherence ? geometry.map { SteeringVectors(of: $0) } : nil
    }
}
