import Audio
import Dataset
import Features

/// A recording, the folder of its features, and its array; nil for Ambisonics and if the array is not needed.
struct CachedRecording: Sendable {
    let recording: Recording
    let cache: String
    let array: ArrayGeometry?
    /// Of a training, whose features are kept as the network reads them; nil for an evaluation, which needs them as extracted.
    var trainingBits: FeatureForm.Bits?

    /// - Parameter maps: of array-independent features.
    func form(of kind: FeatureKind, _ maps: RecentArrayMaps) -> FeatureForm {
        guard let trainingBits else { return .exact }
        return FeatureForm(bits: trainingBits, map: kind.isArrayIndependent ? array.map { maps.map(of: $0) } : nil)
    }
}
