import Audio
import Formats
import Foundation
import Tensor

/// A recording and the folder that keeps its features.
struct CachedRecording: Sendable {
    let recording: Recording
    let cache: String
}

/// Several folders of recordings in one training.
extension TrainingData {
    static func cached(_ layout: DatasetLayout, folds: [Int], in cache: String) throws -> [CachedRecording] {
        try layout.development(folds: folds).map { CachedRecording(recording: $0, cache: cache) }
    }

    /// A folder of the cache for each data set beside the first, so that recordings of the same name do not share a file.
    static func cacheName(of layout: DatasetLayout) -> String {
        var digest = Digest()
        digest.add(location(layout))
        return "\(URL(fileURLWithPath: layout.root).lastPathComponent)-\(digest.text)"
    }

    /// - Throws: `TrainingError.settings` for a folder that is given twice.
    static func requireDistinct(_ layouts: [DatasetLayout]) throws {
        var seen = Set<String>()
        for layout in layouts where !seen.insert(location(layout)).inserted {
            throw TrainingError.settings("\(layout.root): expected every folder of recordings once, found it twice")
        }
    }

    /// The array that all recordings share; nil for Ambisonics.
    /// - Throws: `TrainingError.settings` for a data set of another array.
    static func geometry(of layouts: [DatasetLayout]) throws(TrainingError) -> ArrayGeometry? {
        guard let first = layouts.first, let geometry = try first.geometry() else { return nil }
        for layout in layouts.dropFirst() {
            guard let other = try layout.geometry() else { continue }
            let differences = other.differences(from: geometry)
            guard differences.isEmpty else {
                throw .settings(
                    "\(layout.root): expected recordings of the array of \(first.root), \(geometry.name), "
                        + "found \(differences.joined(separator: ", ")): train on one array at a time")
            }
        }
        return geometry
    }

    private static func location(_ layout: DatasetLayout) -> String {
        URL(fileURLWithPath: layout.root).resolvingSymlinksInPath().standardizedFileURL.path
    }

    /// Recordings whose name says ov1 can be mixed with others of their folder, fold and room.
    static func mixable(_ audio: String, references: ReferenceLabels) -> MixableRecording? {
        let file = URL(fileURLWithPath: audio)
        guard let name = RecordingName(file.deletingPathExtension().lastPathComponent), name.overlap == 1 else { return nil }
        return MixableRecording(
            audio: audio, room: "\(file.deletingLastPathComponent().path)/fold\(name.fold)_room\(name.room)",
            references: references)
    }

    /// Names and labels of the recordings; where the folders lie does not count.
    static func fingerprint(of training: [LabelledRecording]) -> String {
        var digest = Digest()
        for recording in training {
            digest.add(recording.name)
            for tensor in [recording.labels.active, recording.labels.references] {
                for i in 0..<tensor.count { digest.add(tensor[i].bitPattern) }
            }
        }
        return "\(training.count) recordings of \(training.reduce(0) { $0 + $1.blocks }) blocks, "
            + "from \(training.first?.name ?? "-") to \(training.last?.name ?? "-"), labels \(digest.text)"
    }
}
