import Audio
import Dataset
import Features
import Fingerprints
import Formats
import FoundationEssentials
import Geometry
import Pipeline
import Platform
import Tensor
import Tracking

/// Several folders of recordings in one training.
extension TrainingData {
    static func cached(
        _ layout: DatasetLayout, folds: FoldList, in cache: String, _ remarks: inout [String]
    ) throws(TrainingError) -> [CachedRecording] {
        let selection = try layout.development(folds: folds.numbers)
        remarks += selection.remarks.filter { !remarks.contains($0) }
        let shared = layout.hasArrays ? nil : try layout.geometry()
        var cached: [CachedRecording] = []
        for recording in selection.recordings {
            cached.append(CachedRecording(recording: recording, cache: cache, array: layout.hasArrays ? try recording.geometry() : shared))
        }
        return cached
    }

    /// Warnings about ignored rows, recording by recording; azimuths above 180 degrees are in one line, since all recordings of
    /// a data set have them. Then features that were rebuilt.
    static func warnings(of loaded: [Loaded]) -> [String] {
        let wrapped = loaded.compactMap(\.wrapped)
        let caches = Dictionary(grouping: loaded, by: \.cache).sorted { $0.key < $1.key }
        let rebuilt = caches.flatMap { folder, members in
            FeatureCache.remarks(members.map { ($0.name, $0.features) }, folder: folder)
        }
        let lines = loaded.flatMap(\.warnings) + rebuilt
        guard let first = wrapped.first else { return lines }
        let count = wrapped.reduce(0) { $0 + $1.count }
        return lines + ["\(first.place): \(count) azimuths above 180 degrees in \(wrapped.count) csv files are reduced by 360"]
    }

    /// Recordings in folders that the data set intends for another purpose.
    static func misplaced(training: [CachedRecording], validation: [CachedRecording]) -> [String] {
        func line(_ recordings: [CachedRecording], use: String, part: DatasetPart) -> String? {
            let others = recordings.map(\.recording).filter { $0.part != nil && $0.part != part }
            return others.first.map {
                "\($0.audio): \(others.count) recordings of \($0.part!.rawValue) are \(use): "
                    + "select others with --train-folds and --validation-folds"
            }
        }
        return [line(training, use: "trained on", part: .training), line(validation, use: "validated on", part: .validation)]
            .compactMap { $0 }
    }

    /// The symmetries of recordings of each array, computed once per array.
    static func symmetries(of kind: FeatureKind, arrays: [ArrayGeometry?]) -> [ArrayGeometry?: [SceneSymmetry]] {
        Dictionary(uniqueKeysWithValues: Set(arrays).map { ($0, kind.symmetries(array: $0)) })
    }

    /// A subfolder of the cache for each further data set, so that recordings of the same name do not share a file.
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

    /// The array of all recordings; nil for Ambisonics.
    /// - Throws: `TrainingError.settings` for a data set of another array.
    static func geometry(of layouts: [DatasetLayout]) throws(TrainingError) -> ArrayGeometry? {
        if let own = layouts.first(where: \.hasArrays) {
            throw .settings(
                "\(own.root): expected recordings of one array, found one of its own for each room (array_dev): "
                    + "train on them with features \(FeatureKind.micHarmonics.rawValue)")
        }
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

    /// Recordings of one source at once, by name (ov1) or else by labels, can be mixed with others of their folder, fold and
    /// room.
    static func mixable(_ recording: Loaded, kind: FeatureKind) -> MixableRecording? {
        let (audio, references) = (recording.audio, recording.references)
        let file = URL(fileURLWithPath: audio)
        guard let name = RecordingName(file.deletingPathExtension().lastPathComponent),
            name.overlap ?? references.mostAtOnce == 1
        else { return nil }
        return MixableRecording(
            audio: audio, room: "\(file.deletingLastPathComponent().path)/fold\(name.fold)_room\(name.room)",
            references: references, array: kind.isArrayIndependent ? recording.array.map(ArrayFile.text) ?? "" : "")
    }

    /// The maps of array-independent features of all arrays; none of other features. Only sums need them.
    static func maps(of kind: FeatureKind, arrays: [ArrayGeometry?]) -> [ArrayGeometry: ArrayMap] {
        guard kind.isArrayIndependent else { return [:] }
        return Dictionary(uniqueKeysWithValues: Set(arrays.compactMap(\.self)).map { ($0, ArrayMap($0)) })
    }

    /// References as the features show them: an array that cannot distinguish above from below has elevations without sign.
    static func references(_ csv: MetadataCSV, blocks: Int, kind: FeatureKind, array: ArrayGeometry?) -> ReferenceLabels {
        let references = ReferenceLabels(csv, blockCount: blocks)
        guard kind.isArrayIndependent, let array, array.isHorizontal else { return references }
        return ReferenceLabels(
            blocks: references.blocks.map { labels in
                labels.map { LabelledDirection(identity: $0.identity, direction: array.elevation.reported($0.direction)) }
            })
    }

    /// Names, contents and labels of the recordings, independent of their location.
    static func fingerprint(of training: [LabelledRecording]) -> String {
        var digest = Digest()
        for recording in training {
            digest.add(recording.name)
            digest.add(recording.features.content)
            if let mixable = recording.mixable, !mixable.array.isEmpty { digest.add(mixable.array) }
            for tensor in [recording.labels.active, recording.labels.references, recording.labels.onset] { digest.add(tensor) }
        }
        return "\(training.count) recordings of \(training.reduce(0) { $0 + $1.blocks }) blocks, "
            + "from \(training.first?.name ?? "-") to \(training.last?.name ?? "-"), contents \(digest.text)"
    }

    static func fingerprint(of validation: [ReferenceRecording]) -> String {
        var digest = Digest()
        for recording in validation {
            digest.add(recording.name)
            digest.add(recording.features.content)
            for (index, block) in recording.references.blocks.enumerated() {
                for label in block {
                    digest.add(UInt64(index))
                    digest.add(UInt64(label.identity))
                    for value in [label.direction.x, label.direction.y, label.direction.z] { digest.add(UInt64(value.bitPattern)) }
                }
            }
        }
        return "\(validation.count) recordings, contents \(digest.text)"
    }
}
