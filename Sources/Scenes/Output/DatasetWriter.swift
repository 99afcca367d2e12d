public import Audio
import Dispatch
import Files
import Formats
import Geometry
package import Platform
import Synchronization

/// Writes recordings in the layout of TAU-NIGENS Spatial Sound Events 2020 (Politis, Adavanne and Virtanen, DCASE
/// 2020): foa_dev/, mic_dev/ and metadata_dev/ with files fold<k>_room<r>_mix<nnn>_ov<n>.
///
/// Recording i of a seed is the same whatever the number of threads, and whatever other recordings are asked for.
public final class DatasetWriter: Sendable {
    public struct Settings: Sendable {
        public var recordings = 100
        public var seed: UInt64 = 1
        public var formats: [AudioFormat] = [.foa]
        /// The array of `mic` instead of that of TAU-NIGENS; the folder then contains its description, array.toml.
        public var array: ArrayGeometry?
        /// Whether every room of `mic` has an array of its own, described in `array_dev/` for each recording.
        public var hasRandomArrays = false
        /// Duration of each recording in seconds.
        public var seconds: Float = 60
        /// Folds among which recordings are distributed in turn.
        public var folds: [Int] = [1]
        /// Recordings of a fold that share a room and the array's position, as in a measured data set.
        public var recordingsPerRoom = 1
        /// Approximate reverberation times of rooms at 1 kHz in seconds.
        public var reverberation = Room.usualReverberation
        /// Maximum number of sources at once, 1 to 4, in every recording; nil: half of the recordings each.
        public var overlap: Int?
        /// Whether the microphone is ideal: equal capsules without noise, Ambisonics directly from the sound field.
        public var isIdeal = false
        public var threads = 2
        /// The part of the recordings that this process makes; others may make theirs in the same folder at the same time.
        package var shard = Shard.whole
        /// Continues in a folder with recordings of these folds made with the same settings, and keeps them.
        public var resumes = false

        public init() {}
    }

    public let folder: String
    public let settings: Settings
    private let sounds: SoundLibrary?
    private let fields: [DiffuseField]
    private let encoders = EncoderBank()
    /// Locks the folder while the writer exists, against all other processes or all but those of other shards.
    private let lock: FolderLock
    /// The subfolders that recordings are written to.
    private let subfolders: [String]
    /// Recordings of these folds from an earlier run with the same settings that this run does not include; they are kept.
    public let furtherRecordings: [String]

    /// Creates the folders and shared data.
    ///
    /// - Parameter sounds: sounds of the sources; nil: only background, with empty labels.
    /// - Throws: `ScenesError.occupied` for existing recordings; when resuming, `otherSettings` or `otherArray`;
    ///   `FolderError.inUse`; `FileError`.
    public init(folder: String, settings: Settings, sounds: SoundLibrary?) throws {
        precondition(settings.recordingsPerRoom >= 1, "a room has at least one recording")
        precondition(!settings.hasRandomArrays || settings.array == nil && settings.formats == [.mic], "drawn arrays are those of mic")
        precondition(!settings.formats.isEmpty && !settings.folds.isEmpty, "at least one format and fold")
        precondition(settings.overlap.map(Scene.overlaps.contains) ?? true, "one to four sources at once")
        self.folder = folder
        self.settings = settings
        self.sounds = sounds
        lock = try FolderLock(folder: folder, isShared: !settings.shard.isWhole)
        let arrays = settings.hasRandomArrays ? [DatasetHistory.arrayFolder] : []
        subfolders = (settings.formats.map(Self.subfolder) + arrays + ["metadata_dev"]).map { "\(folder)/\($0)" }
        for name in subfolders { try Folder.makeWritable(name) }
        // Shards begin at the same time, and each compares its settings with those of the others.
        let turn = try FolderLock(file: "\(folder)/\(DatasetHistory.fileName)", patience: 30)
        defer { withExtendedLifetime(turn) {} }
        let names = (0..<settings.recordings).map { Self.name($0, settings, isSilent: sounds == nil) }
        let others = settings.shard.isWhole ? [] : Set(names.indices.filter { !settings.shard.contains($0) }.map { names[$0] })
        let history = DatasetHistory(
            folder: folder, folds: settings.folds, fingerprint: settings.fingerprint(sounds: sounds), ofOtherShards: others)
        try history.check(resumes: settings.resumes)
        if settings.formats.contains(.mic) { try history.checkArray(settings.array, isRandom: settings.hasRandomArrays) }
        if settings.shard.isWhole { subfolders.forEach(FolderLock.removeLeftovers) }
        let planned = Set(names)
        furtherRecordings = history.recordings.filter { !planned.contains($0) }
        let geometry = settings.array ?? .tetrahedral
        fields = settings.hasRandomArrays ? [] : settings.formats.map { DiffuseField(ArrayResponse($0, geometry: geometry)) }
        if let array = settings.array {
            try WholeFile.write(Array(ArrayFile.text(of: array).utf8), to: "\(folder)/array.toml")
        }
        try history.keep()
    }

    deinit {
        // What killed shards have left, by the last one.
        if !settings.shard.isWhole, lock.becomeExclusive() { subfolders.forEach(FolderLock.removeLeftovers) }
    }

    static func subfolder(_ format: AudioFormat) -> String { format == .foa ? "foa_dev" : "mic_dev" }

    /// The name of recording `index`, 0 the first, without extension.
    public func name(_ index: Int) -> String { Self.name(index, settings, isSilent: sounds == nil) }

    private static func name(_ index: Int, _ settings: Settings, isSilent: Bool) -> String {
        let fold = settings.folds[index % settings.folds.count]
        let inFold = index / settings.folds.count
        let overlap = overlap(index, settings, isSilent: isSilent)
        // If rooms are shared and all recordings have the same overlap, only the number distinguishes them.
        let isAlike = settings.recordingsPerRoom > 1 && (isSilent || settings.overlap != nil)
        let number = isAlike ? inFold : inFold / 2
        let mix = String(settings.recordingsPerRoom <= 1000 ? number % 1000 + 1 : number + 1)
        let padded = String(repeating: "0", count: max(0, 3 - mix.count)) + mix
        return "fold\(fold)_room\(inFold / settings.recordingsPerRoom + 1)_mix\(padded)_ov\(overlap)"
    }

    private func overlap(_ index: Int) -> Int { Self.overlap(index, settings, isSilent: sounds == nil) }

    private static func overlap(_ index: Int, _ settings: Settings, isSilent: Bool) -> Int {
        isSilent ? 1 : settings.overlap ?? 1 + index / settings.folds.count % 2
    }

    /// The scene of recording `index`.
    public func scene(_ index: Int) -> Scene {
        let fold = settings.folds[index % settings.folds.count]
        let inFold = index / settings.folds.count
        var random = RandomSource(seed: settings.seed, fold, inFold)
        let place: (room: Room, array: ArrayPlacement)
        if settings.recordingsPerRoom > 1 {
            // Rooms are drawn separately from the events; the inverted seed separates the two streams.
            var random = RandomSource(seed: ~settings.seed, fold, inFold / settings.recordingsPerRoom)
            place = Scene.place(reverberation: settings.reverberation, using: &random)
        } else {
            place = Scene.place(reverberation: settings.reverberation, using: &random)
        }
        var scene =
            if let sounds {
                Scene.random(
                    seconds: settings.seconds, overlap: overlap(index), sounds: sounds, place: place, using: &random)
            } else {
                Scene.background(seconds: settings.seconds, place: place, using: &random)
            }
        if settings.isIdeal { scene.microphone = .ideal }
        return scene
    }

    /// The array of recording `index`, where every room has its own: drawn apart from the scene, so that a seed's scenes are those of
    /// any other array.
    public func randomArray(_ index: Int) -> RandomArray {
        let fold = settings.folds[index % settings.folds.count]
        let room = index / settings.folds.count / settings.recordingsPerRoom
        var random = RandomSource(seed: settings.seed &+ 0x41_7272_6179, fold, room)
        return RandomArray.random(using: &random)
    }

    /// Half the usual period for an array of one recording: its noise takes a second to make.
    private func renderer(of array: RandomArray) -> SceneRenderer {
        SceneRenderer(field: DiffuseField(ArrayResponse(.mic, geometry: array.actual), length: 1 << 18), encoders: encoders)
    }

    /// The number of recordings of this shard.
    public var count: Int { Array(settings.shard.indices(of: settings.recordings)).count }

    /// Writes all recordings of this shard.
    ///
    /// - Parameters:
    ///   - shouldStop: called before each recording.
    ///   - progress: called from one thread at a time with the number of finished recordings.
    /// - Returns: the number of recordings written, without those kept from an earlier run.
    /// - Throws: `FileError`, `AudioError`; incomplete files are removed.
    @discardableResult
    public func write(
        shouldStop: @Sendable @escaping () -> Bool = { false }, progress: @Sendable @escaping (Int) -> Void = { _ in }
    ) throws -> Int {
        let indices = Array(settings.shard.indices(of: settings.recordings))
        let next = Atomic<Int>(0)
        let state = Mutex<(done: Int, written: Int, error: (any Error)?)>((0, 0, nil))
        DispatchQueue.concurrentPerform(iterations: max(1, settings.threads)) { _ in
            let renderers = fields.map { SceneRenderer(field: $0, encoders: encoders) }
            while !shouldStop(), state.withLock({ $0.error == nil }) {
                let place = next.add(1, ordering: .relaxed).oldValue
                guard place < indices.count else { return }
                do {
                    let isNew = try write(indices[place], with: renderers)
                    state.withLock {
                        $0.done += 1
                        $0.written += isNew ? 1 : 0
                        progress($0.done)
                    }
                } catch {
                    state.withLock { $0.error = $0.error ?? error }
                }
            }
        }
        let (written, error) = state.withLock { ($0.written, $0.error) }
        if let error { throw error }
        return written
    }

    /// The labels are written last: if they exist, the recording is complete, at least in the formats of that run.
    ///
    /// - Returns: false for a recording that was kept.
    private func write(_ index: Int, with renderers: [SceneRenderer]) throws -> Bool {
        let name = name(index)
        let labels = "\(folder)/metadata_dev/\(name).csv"
        let audio = settings.formats.map { "\(folder)/\(Self.subfolder($0))/\(name).wav" }
        let isLabelled = settings.resumes && Folder.has(labels)
        let missing = audio.indices.filter { !isLabelled || !isWhole(audio[$0]) }
        guard !missing.isEmpty else { return false }
        let scene = scene(index)
        let array = settings.hasRandomArrays ? randomArray(index) : nil
        if let array { try WholeFile.write(Array(ArrayFile.text(of: array.nominal).utf8), to: DatasetHistory.arrayPath(name, in: folder)) }
        for format in missing {
            let renderer = array.map(renderer) ?? renderers[format]
            let writer = try AudioFileWriter(
                path: audio[format], encoding: .wave16, sampleRate: AudioFormat.sampleRate, channels: renderer.field.channels)
            try writer.write(renderer.render(scene).span)
            try writer.close()
        }
        try MetadataCSV(rows: scene.labels.map(Self.row)).write(to: labels)
        return true
    }

    private func isWhole(_ path: String) -> Bool {
        guard let reader = try? AudioFileReader(path: path) else { return false }
        return reader.frames == Int(settings.seconds * Float(AudioFormat.sampleRate))
    }

    /// Whole degrees, azimuth in -180...179.
    private static func row(_ label: SceneLabel) -> MetadataCSV.Row {
        let azimuth = label.direction.azimuth.rounded()
        return MetadataCSV.Row(
            frame: label.frame, classIndex: label.classIndex, track: label.track, azimuth: azimuth == 180 ? -180 : azimuth,
            elevation: label.direction.elevation.rounded())
    }
}
