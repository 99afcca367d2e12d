import Audio
import Dataset

/// A recording, the folder of its features, and its array; nil for Ambisonics and if the array is not needed.
struct CachedRecording: Sendable {
    let recording: Recording
    let cache: String
    let array: ArrayGeometry?
}
