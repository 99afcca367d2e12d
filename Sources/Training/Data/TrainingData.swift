public import Audio
public import Dataset
public import Features
import Files
import Formats
import FoundationEssentials
import Platform
import Tensor

/// The two splits of a data set for a training, with extracted features, and the scaler of the training split.
public struct TrainingData: Sendable {
    public let kind: FeatureKind
    /// Of each number of the training recordings' features.
    public let bits: FeatureForm.Bits
    public let root: String
    /// Folders of further training recordings.
    public let extraRoots: [String]
    public let training: [LabelledRecording]
    public let validation: [ReferenceRecording]
    /// Mean and deviation of the training recordings only.
    public let scaler: FeatureScaler
    /// Warnings about ignored rows: repeated rows, more sources at once than slots.
    public let warnings: [String]
    /// The fingerprint of the training recordings, which a resumed run compares.
    public let fingerprint: String
    /// The same of the validation recordings, which select the model.
    public let validationFingerprint: String
    /// The array of the recordings; nil for Ambisonics.
    public let geometry: ArrayGeometry?

    /// Reads the folds of a split, and extracts features that the cache lacks.
    /// - Parameters:
    ///   - extra: further data sets of the same format, whose training folds are added.
    ///   - slots: maximum number of sources at once; further ones are reported and ignored.
    ///   - cache: folder of the extracted features; created if missing.
    ///   - bits: of each number of the training recordings' features there.
    ///   - progress: the fraction of recordings that are ready.
    /// - Throws: missing folders or labels, unreadable rows or audio, each with its name.
    public init(
        layout: DatasetLayout, extra: [DatasetLayout] = [], folds: FoldSplit = FoldSplit(), kind: FeatureKind, slots: Int,
        cache: String, bits: FeatureForm.Bits = .single, threads: Int, progress: (Double) -> Void
    ) throws {
        try Self.requireDistinct([layout] + extra)
        geometry = kind.isArrayIndependent ? nil : try Self.geometry(of: [layout] + extra)
        (self.kind, self.bits) = (kind, bits)
        var warnings: [String] = []
        var trainingSet = try Self.cached(layout, folds: folds.training, in: cache, &warnings)
        for set in extra {
            trainingSet += try Self.cached(set, folds: folds.training, in: "\(cache)/\(Self.cacheName(of: set))", &warnings)
        }
        for index in trainingSet.indices { trainingSet[index].trainingBits = bits }
        let validationSet = try Self.cached(layout, folds: folds.validation, in: cache, &warnings)
        warnings += Self.misplaced(training: trainingSet, validation: validationSet)
        let loaded = try Self.load(trainingSet + validationSet, kind: kind, threads: threads, progress: progress).map { try $0.get() }
        warnings += Self.warnings(of: loaded)
        let symmetries = Self.symmetries(of: kind, arrays: trainingSet.map(\.array))
        let maps = Self.maps(of: kind, arrays: trainingSet.map(\.array))
        training = loaded[..<trainingSet.count].map { recording in
            let excess = recording.references.slots(slots).droppedBlocks
            if excess > 0 {
                warnings.append("\(recording.name): more than \(slots) sources at once in \(excess) frames; the excess is ignored")
            }
            return LabelledRecording(
                name: recording.name, features: recording.features,
                labels: SlotLabels(recording.references, blocks: recording.features.blocks, slots: slots),
                mixable: Self.mixable(recording, kind: kind), symmetries: symmetries[recording.array],
                map: recording.array.flatMap { maps[$0] })
        }
        validation = loaded[trainingSet.count...].map {
            ReferenceRecording(name: $0.name, features: $0.features, references: $0.references, array: $0.array)
        }
        self.warnings = warnings
        root = layout.root
        extraRoots = extra.map(\.root)
        fingerprint = Self.fingerprint(of: training)
        validationFingerprint = Self.fingerprint(of: validation)
        scaler = try Self.scaler(of: training, kind: kind)
    }

    /// The name of the recordings' array, as in model files.
    public var array: String { geometry?.name ?? (kind.isArrayIndependent ? ModelFile.anyArray : "foa") }

    /// The names of the training folders, for display.
    public var source: String {
        ([root] + extraRoots).map { URL(fileURLWithPath: $0).lastPathComponent }.joined(separator: " + ")
    }

    /// Recordings for evaluation; those without labels have empty references.
    /// - Parameter fault: receives the error of an unreadable recording, which is then skipped; if nil, the error is thrown.
    public static func references(
        _ recordings: [Recording], kind: FeatureKind, cache: String, threads: Int,
        fault: (Recording, any Error) throws -> Void = { throw $1 },
        progress: (Double) -> Void
    ) throws -> (recordings: [ReferenceRecording], warnings: [String]) {
        try references(
            recordings.map { CachedRecording(recording: $0, cache: cache, array: kind.isArrayIndependent ? try $0.geometry() : nil) },
            kind: kind, threads: threads, fault: fault,
            progress: progress)
    }

    /// The validation recordings of several data sets.
    public static func validation(
        of layouts: [DatasetLayout], folds: FoldList = FoldSplit().validation, kind: FeatureKind, cache: String, threads: Int,
        progress: (Double) -> Void
    ) throws -> (recordings: [ReferenceRecording], warnings: [String]) {
        try requireDistinct(layouts)
        var remarks: [String] = []
        var recordings: [CachedRecording] = []
        for (index, layout) in layouts.enumerated() {
            recordings += try cached(layout, folds: folds, in: index == 0 ? cache : "\(cache)/\(cacheName(of: layout))", &remarks)
        }
        let (references, warnings) = try references(recordings, kind: kind, threads: threads, progress: progress)
        return (references, remarks + warnings)
    }

    private static func references(
        _ recordings: [CachedRecording], kind: FeatureKind, threads: Int,
        fault: (Recording, any Error) throws -> Void = { throw $1 }, progress: (Double) -> Void
    ) throws -> (recordings: [ReferenceRecording], warnings: [String]) {
        let results = try load(recordings, kind: kind, threads: threads, progress: progress)
        var loaded: [Loaded] = []
        for (recording, result) in zip(recordings, results) {
            do { loaded.append(try result.get()) } catch { try fault(recording.recording, error) }
        }
        return (
            loaded.map { ReferenceRecording(name: $0.name, features: $0.features, references: $0.references, array: $0.array) },
            warnings(of: loaded)
        )
    }

    struct Loaded: Sendable {
        let name: String
        let audio: String
        let array: ArrayGeometry?
        let features: FeatureCache
        let references: ReferenceLabels
        let warnings: [String]
        /// Azimuths above 180 degrees: how many, and the first.
        let wrapped: (count: Int, place: String)?
        /// The folder of the features.
        let cache: String
    }

    /// Opens recordings in parallel.
    /// - Returns: in their order.
    /// - Throws: `FileError` for a cache that cannot be made.
    private static func load(
        _ recordings: [CachedRecording], kind: FeatureKind, threads: Int, progress: (Double) -> Void
    ) throws -> [Result<Loaded, any Error>] {
        for folder in Set(recordings.map(\.cache)) {
            try Folder.makeWritable(folder)
            FeatureCache.removeLeftovers(in: folder)
        }
        var results: [Result<Loaded, any Error>] = []
        let maps = RecentArrayMaps(room: 2 * threads)
        processInOrder(recordings, threads: threads) { recording, _ in
            Result { try open(recording, kind: kind, maps) }
        } take: { result in
            results.append(result)
            progress(Double(results.count) / Double(recordings.count))
        }
        return results
    }

    private static func open(_ cached: CachedRecording, kind: FeatureKind, _ maps: RecentArrayMaps) throws -> Loaded {
        let recording = cached.recording
        // Only recordings of an evaluation set may lack labels, until these are published.
        let metadata = recording.metadata ?? "no labels"
        let csv =
            try recording.metadata.map { path throws(MetadataError) in try MetadataCSV.read(path, wrapsAzimuths: true) }
            ?? MetadataCSV(rows: [])
        let features = try FeatureCache.open(
            recording: recording, kind: kind, folder: cached.cache, form: cached.form(of: kind, maps))
        var warnings = try Recording.reader(of: recording.audio, isAmbisonic: kind.isAmbisonic, channels: nil).remarks
        if let remark = SoundSample.remark(replaced: features.unsoundSamples) { warnings.append("\(recording.audio): \(remark)") }
        if let first = csv.repeatedLines.first {
            warnings.append("\(metadata):\(first): \(csv.repeatedLines.count) rows repeat a frame, class and track; the first is used")
        }
        if csv.frameCount > features.blocks {
            warnings.append(
                "\(metadata): labels up to frame \(csv.frameCount - 1), but the recording ends after \(features.blocks); "
                    + "later ones are ignored" + (Self.countsFromOne(csv, blocks: features.blocks) ? "; frames count from 0" : ""))
        }
        return Loaded(
            name: recording.name, audio: recording.audio, array: cached.array, features: features,
            references: Self.references(csv, blocks: features.blocks, kind: kind, array: cached.array), warnings: warnings,
            wrapped: csv.wrappedLines.first.map { (csv.wrappedLines.count, "\(metadata):\($0)") }, cache: cached.cache)
    }

    /// Whether rows that begin with frame 1 end one frame late.
    private static func countsFromOne(_ csv: MetadataCSV, blocks: Int) -> Bool {
        csv.frameCount == blocks + 1 && csv.rows.allSatisfy { $0.frame > 0 }
    }

    /// Statistics over every tenth frame of the training recordings, in order, which is enough for millions of frames.
    /// - Throws: features that are not finite, which occur only in a damaged file.
    private static func scaler(
        of recordings: [LabelledRecording], kind: FeatureKind
    ) throws(TrainingError) -> FeatureScaler {
        var statistics = FeatureStatistics(kind: kind)
        let shape = Shape(1, FrameTiming.melBands, kind.inputChannels)
        var arena = Arena<Float>(holding: shape)
        let values = arena.take(shape)
        for recording in recordings {
            for frame in stride(from: 0, to: recording.features.shape[0], by: 10) {
                recording.features.read(frame..<frame + 1, into: values)
                guard values.readOnly.euclideanNorm.isFinite else {
                    throw .cache(file: recording.name, problem: "its extracted features are not finite in frame \(frame)")
                }
                statistics.add(values.readOnly)
            }
        }
        return statistics.scaler()
    }
}
