import Audio
import Dispatch
import Features
import Files
import Formats
import Synchronization

/// Writes mixtures of pairs of recordings as a data set of their own, in the layout of TAU-NIGENS Spatial Sound Events 2020.
///
/// A mixture is the sum of two recordings from their first samples on; where one ends, the longer goes on. Sums beyond what
/// 16 bits hold are limited, and counted.
public final class MixtureWriter: Sendable {
    public struct Settings: Sendable {
        public var formats: [DatasetFormat] = [.foa]
        public var folds = DatasetLayout.trainingFolds
        /// Mixtures for each ov2 recording of the same fold and room.
        public var times = 4
        public var seed: UInt64 = 1
        public var threads = 2
        /// Keeps mixtures that an interrupted run of the same settings has written.
        public var resumes = false

        public init() {}
    }

    /// What was done. Figures of samples are about the mixtures written, not about those kept.
    public struct Report: Sendable, Equatable {
        public var written = 0
        public var kept = 0
        public var seconds = 0.0
        public var limitedSamples = 0
        public var limitedFiles = 0
        /// Labels beyond the end of their recording, left out.
        public var lateRows = 0
        /// Rows that repeat a frame, class and track, left out.
        public var repeatedRows = 0
    }

    public let pairs: RecordingPairs
    public let folder: String
    public let settings: Settings
    /// By name; the audio of each format in the order of `settings.formats`.
    private let sources: [String: (audio: [String], metadata: String)]

    /// Draws the pairs and makes the folders.
    ///
    /// - Throws: `TrainingError` for a data set with missing parts or without a pair, for a folder that cannot be written or
    ///   has recordings already.
    public init(dataset: String, folder: String, settings: Settings) throws {
        precondition(!settings.formats.isEmpty && settings.times > 0, "at least one format and one mixture")
        guard Self.resolved(dataset) != Self.resolved(folder) else {
            throw TrainingError.settings("--out: expected another folder than the data set's, found the same: \(folder)")
        }
        let sets = try settings.formats.map { format in
            (format, try DatasetLayout(root: dataset, format: format).development(folds: settings.folds))
        }
        let first = sets[0].1
        for (format, recordings) in sets.dropFirst() {
            if let lone = Set(recordings.map(\.name)).symmetricDifference(first.map(\.name)).sorted().first {
                let missing = first.contains { $0.name == lone } ? format : settings.formats[0]
                throw TrainingError.missingRecording(path: "\(dataset)/\(missing.rawValue)_dev/\(lone).wav")
            }
        }
        pairs = RecordingPairs(names: first.map(\.name), times: settings.times, seed: settings.seed)
        guard !pairs.pairs.isEmpty else { throw TrainingError.noPairs(folder: dataset, folds: settings.folds) }
        sources = Dictionary(
            uniqueKeysWithValues: first.map { recording in
                let audio = settings.formats.map { "\(dataset)/\($0.rawValue)_dev/\(recording.name).wav" }
                return (recording.name, (audio, "\(dataset)/metadata_dev/\(recording.name).csv"))
            })
        self.folder = folder
        self.settings = settings
        try Self.prepare(folder, settings: settings)
    }

    private static func resolved(_ path: String) -> String {
        Folder.real(path) ?? Folder.absolute(path)
    }

    private static func prepare(_ folder: String, settings: Settings) throws {
        if !settings.resumes {
            let present = (DatasetFormat.allCases.map { "\($0.rawValue)_dev" } + ["metadata_dev"]).flatMap { name in
                ((try? Folder.names(in: "\(folder)/\(name)")) ?? []).filter {
                    !$0.hasPrefix(".") && ($0.hasSuffix(".wav") || $0.hasSuffix(".csv"))
                }
            }
            guard present.isEmpty else { throw TrainingError.occupied(folder: folder, files: present.count) }
        }
        for name in settings.formats.map({ "\($0.rawValue)_dev" }) + ["metadata_dev"] {
            try Folder.makeWritable("\(folder)/\(name)")
        }
    }

    /// Writes all mixtures.
    ///
    /// - Parameters:
    ///   - shouldStop: asked before each mixture.
    ///   - progress: called from one thread at a time with mixtures done.
    ///   - fault: takes the error of a mixture, which is then left out; called from one thread at a time. Not given, the first ends it.
    /// - Throws: recordings and labels that cannot be read, a folder that cannot be written, a kept mixture of other
    ///   settings. Files that were begun are removed.
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

    /// The labels are written last: where they are beside the audio, the mixture is whole.
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
            report.seconds = Double(mixture.frames) / Double(FrameTiming.sampleRate)
            report.written = 1
        }
        if !hasLabels { try merged.write(to: metadata) }
        report.kept = 1 - report.written
        if report.kept == 1 { (report.lateRows, report.repeatedRows) = (0, 0) }
        return report
    }

    /// The rows of a csv that describe some of the recording; what comes after its end is counted.
    private static func labels(
        _ path: String, within audio: String, isAmbisonic: Bool, _ report: inout Report
    ) throws -> MetadataCSV {
        let csv = try MetadataCSV.read(path)
        let frames = try Recording.reader(of: audio, isAmbisonic: isAmbisonic).frames
        let rows = csv.rows.filter { $0.frame * FrameTiming.samplesPerBlock < frames }
        report.lateRows += csv.rows.count - rows.count
        report.repeatedRows += csv.repeatedLines.count
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
    }
}
