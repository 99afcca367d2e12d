public import Audio
import Features
public import Pipeline

extension ModelFile {
    /// What the model needs of an array.
    /// - Parameters:
    ///   - geometry: of the capsules at hand, for a model of any array; others need that which they were trained on.
    ///   - refines: whether directions are refined.
    public func tables(of geometry: ArrayGeometry?, refines: Bool = true) -> ArrayTables {
        ArrayTables(for: features, of: features.isArrayIndependent ? geometry ?? .tetrahedral : self.geometry, refines: refines)
    }
}
