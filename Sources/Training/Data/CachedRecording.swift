import Audio
import Dataset

/// A recording, the folder that keeps its features and the capsules that it was made with, nil for Ambisonics and where nobody asks.
struct CachedRecording: Sendable {
    let recording: Recording
    let cache: String
    let array: ArrayGeometry?
}
