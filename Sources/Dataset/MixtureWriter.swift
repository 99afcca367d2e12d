import Audio
import Dispatch
import Features
import Files
import Formats
import Signal
import Synchronization

/// Writes mixtures of pairs of recordings as a data set, in the layout of TAU-NIGENS Spatial Sound Events 2020.
///
/// A mixture is the sum of two recordings that start together; where one ends, the longer continues. Sums outside 16 bits are
/// clipped and counted.
public final class MixtureWriter: Sendable {
    public struct Settings: Sendable {
        public var formats: [DatasetFormat] = [.foa]
        public var folds = DatasetLayout.trainingFolds
        /// Mixtures for each ov2 recording of the same fold and room.
        public var times = 4
        /// `any`: pairs of the same fold, whatever their rooms.
        public var partners = MixingPartners.room
        public var seed: UInt64 = 1
        public var threads = 2
        /// Keeps the mixtures written by an interrupted run with the same settings.
        public var resumes = false

        public init() {}
    }

    /// Counts of a run; those of samples refer to mixtures written, not to those kept.
    public struct Report: Sendable, Equatable {
        public var written = 0
        public var kept = 0
        public var seconds = 0.0
        public var limitedSamples = 0
        public var limitedFiles = 0
        /// Labels after the end of their recording, ignored.
        public var lateRows = 0
        /// Rows that repeat a frame, class and track, ignored.
        public var repeatedRows = 0
        /// Azimuths above 180 degrees, reduced by 360.
        public var wrappedRows = 0
        /// Samples that were replaced by 0, by recording.
        public var unsoundSamples: [String: Int] = [:]
    }

    public let pairs: RecordingPairs
    /// Warnings about files of the data set that are not used.
    public let remarks: [String]
    public let folder: String
    public let settings: Settings
    /// By name; the audio of each format in the order of `settings.formats`.
    private let sources: Sources
    /// Locks the folder against other processes while the writer exists.
    private let lock: FolderLock

    /// Draws the pairs and creates the folders.
    ///
    /// - Throws: `TrainingError` for a data set with missing parts or without a pair, for a folder that cannot be written or
    ///   already has recordings, or, when resuming, for recordings of other settings; `FolderError.inUse`.
    public init(dataset: String, folder: String, settings: Settings) throws {
        precondition(!settings.formats.isEmpty && settings.times > 0, "at least one format and one mixture")
        guard Self.resolved(dataset) != Self.resolved(folder) else {
            throw TrainingError.settings("--out: expected a folder other than the data set's, found the same: \(folder)")
        }
        (pairs, sources, remarks) = try Self.plan(dataset: dataset, settings: settings)
        self.folder = folder
        self.settings = settings
        lock = try FolderLock(folder: folder)
        try Self.prepare(folder, dataset: dataset, settings: settings)
    }

    private typealias Sources = [String: (audio: [String], metadata: String)]

    /// Checks whether a data set can be mixed, as `init` does before it creates folders.
    /// - Throws: `TrainingError` for a data set with missing parts or without a pair.
    package static func check(dataset: String, settings: Settings) throws { _ = try plan(dataset: dataset, settings: settings) }

    private static func plan(
        dataset: String, settings: Settings
    ) throws -> (pairs: RecordingPairs, sources: Sources, remarks: [String]) {
        let sets = try settings.formats.map { format in
            (format: format, selection: try DatasetLayout(root: dataset, format: format).development(folds: settings.folds))
        }
        let first = sets[0].selection.recordings
        for (format, selection) in sets.dropFirst() {
            if let lone = Set(selection.recordings.map(\.name)).symmetricDifference(first.map(\.name)).sorted().first {
                let missing = first.contains { $0.name == lone } ? format : settings.formats[0]
                throw TrainingError.missingRecording(path: "\(dataset)/\(missing.rawValue)_dev/\(lone).wav")
            }
        }
        // Recordings are ordered by name in every format.
        let sources = Dictionary(
            uniqueKeysWithValues: first.indices.map { index in
                let audio = sets.map { $0.selection.recordings[index].audio }
                return (first[index].name, (audio: audio, metadata: first[index].metadata ?? ""))
            })
        let unsaid = first.filter { RecordingName($0.name)?.overlap == nil }
        let overlaps = try Dictionary(
            uniqueKeysWithValues: unsaid.map { recording in
                let labels = try MetadataCSV.read(sources[recording.name]!.metadata, wrapsAzimuths: true)
                return (recording.name, ReferenceLabels(labels).mostAtOnce)
            })
        let pairs = RecordingPairs(
            names: first.map(\.name), overlaps: overlaps, times: settings.times, seed: settings.seed, partners: settings.partners)
        guard !pairs.pairs.isEmpty else { throw TrainingError.noPairs(folder: dataset, folds: settings.folds) }
        return (pairs, sources, sets.flatMap(\.selection.remarks))
    }

    private static func resolved(_ path: String) -> String {
        Folder.real(path) ?? Folder.absolute(path)
    }

    private static func prepare(_ folder: String, dataset: String, settings: Settings) throws {
        let present = (DatasetFormat.allCases.map { "\($0.rawValue)_dev" } + ["metadata_dev"]).flatMap { name in
            ((try? Folder.names(in: "\(folder)/\(name)")) ?? []).filter {
                !$0.hasPrefix(".") && ($0.hasSuffix(".wav") || $0.hasSuffix(".csv"))
            }
        }
        guard present.isEmpty || settings.resumes else { throw TrainingError.occupied(folder: folder, files: present.count) }
        let history = try MixtureHistory(
            folder: folder, dataset: dataset, formats: settings.formats, folds: settings.folds, times: settings.times,
            partners: settings.partners, seed: settings.seed)
        try history.checkAndKeep(isEmpty: present.isEmpty)
        for name in settings.formats.map({ "\($0.rawValue)_dev" }) + ["metadata_dev"] {
            try Folder.makeWritable("\(folder)/\(name)")
            FolderLock.removeLeftovers(in: "\(folder)/\(name)")
        }
    }

    /// Writes all mixtures.
    ///
    /// - Parameters:
    ///   - shouldStop: called before each mixture.
    ///   - progress: called from one thread at a time with the number of finished mixtures.
    ///   - fault: receives the error of a mixture, which is then skipped; called from one thread at a time. If nil, the first error is thrown.
    /// - Throws: recordings and labels that cannot be read, a folder that cannot be written, a kept mixture of other settings.
    ///   Incomplete files are removed.
    public func write(
        shouldStop: @Sendable @escaping () -> Bool = { false }, progress: @Sendable @escaping (Int) -> Void = { _ in },
        fault: @Sendable @escaping (any Error) throws -> Void = { throw $0 }
    ) throws -> Report {
        let next = Atomic<Int>(0)
        let state = Mutex<(report: Report, error: (any Error)?)>((Report(), nil))
        DispatchQueue.concurrentPerform(iterations: max(1, settings.threads)) { _ in
            while !shouldStop(), state.withLock({ $0.error == nil }) {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < pairs.pairs.count else { return }
                do {
                    let one = try write(pairs.pairs[index])
                    state.withLock {
                        $0.report.add(one)
                        progress($0.report.written + $0.report.kept)
                    }
                } catch {
                    state.withLock { state in
                        do { try fault(error) } catch { state.error = state.error ?? error }
                    }
                }
            }
        }
        let (report, error) = state.withLock { ($0.report, $0.error) }
        if let error { throw error }
        return report
    }

    /// The labels are written last: if they exist beside the audio, the mixture is complete.
    private func write(_ pair: RecordingPairs.Pair) throws -> Report {
        var report = Report()
        let (first, second) = (sources[pair.first]!, sources[pair.second]!)
        let labels = try [first, second].map { source in
            try Self.labels(source.metadata, within: source.audio[0], isAmbisonic: settings.formats[0] == .foa, &report)
        }
        let merged = labels[0].merged(with: labels[1])
        let metadata = "\(folder)/metadata_dev/\(pair.name).csv"
        let targets = settings.formats.map { "\(folder)/\($0.rawValue)_dev/\(pair.name).wav" }
        let hasLabels = settings.resumes && Folder.has(metadata)
        if hasLabels, try MetadataCSV.read(metadata) != merged {
            throw TrainingError.inputOutput(
                file: metadata,
                problem: "expected the labels of \(pair.first) and \(pair.second), found others: "
                    + "resume with the options of the first run, or give another --out")
        }
        for (index, target) in targets.enumerated() {
            if hasLabels, Folder.has(target) { continue }
            let mixture = try AudioMixture(
                first.audio[index], second.audio[index], isAmbisonic: settings.formats[index] == .foa
            ).write(to: target)
            report.limitedSamples += mixture.limited
            report.limitedFiles += mixture.limited > 0 ? 1 : 0
            report.unsoundSamples.merge(mixture.unsound, uniquingKeysWith: max)
            report.seconds = Double(mixture.frames) / Double(FrameLayout.sampleRate)
            report.written = 1
        }
        if !hasLabels { try merged.write(to: metadata) }
        report.kept = 1 - report.written
        if report.kept == 1 { (report.lateRows, report.repeatedRows, report.wrappedRows) = (0, 0, 0) }
        return report
    }

    /// The rows of a csv within the recording; rows after its end are counted.
    private static func labels(
        _ path: String, within audio: String, isAmbisonic: Bool, _ report: inout Report
    ) throws -> MetadataCSV {
        let csv = try MetadataCSV.read(path, wrapsAzimuths: true)
        let frames = try Recording.reader(of: audio, isAmbisonic: isAmbisonic, channels: nil).frames
        let rows = csv.rows.filter { $0.frame * FrameLayout.samplesPerBlock < frames }
        report.lateRows += csv.rows.count - rows.count
        report.repeatedRows += csv.repeatedLines.count
        report.wrappedRows += csv.wrappedLines.count
        return MetadataCSV(rows: rows)
    }
}

extension MixtureWriter.Report {
    mutating func add(_ other: Self) {
        written += other.written
        kept += other.kept
        seconds += other.seconds
        limitedSamples += other.limitedSamples
        limitedFiles += other.limitedFiles
        lateRows += other.lateRows
        repeatedRows += other.repeatedRows
        wrappedRows += other.wrappedRows
        unsoundSamples.merge(other.unsoundSamples, uniquingKeysWith: max)
    }
}
