import ArgumentParser
import Files
import Formats
import Tracking

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Scores any system's tracks against references.",
        discussion: """
            Both folders hold one csv for each recording, of the same name, with rows \
            frame,class,track,azimuth,elevation: frames of 100 ms, degrees, no header; a sixth column (distance) is read past. They may \
            lie in subfolders. An empty file is silence. References without tracks are named and not scored; with --folds, all of these \
            folds must have tracks. A reference \
            source is one class and track without a missing frame and without a jump of more than 30 degrees; a predicted \
            source is the track column as it stands.

            Figures a minute count whole recordings where these lie beside the references, as foa_dev/ or mic_dev/ beside \
            metadata_dev/, or in --audio; else up to the last row.

            Left of the bar, in the words of Adavanne et al. (WASPAA 2021): pairs at least total angle, however far apart \
            (LE in degrees; LR, LP, LF, MOTa in percent; IDS/min counts every onset). Right of it CLEAR MOT: matches within \
            20 degrees (MOTP in degrees, onset in ms until a source is found; MOTA, IDF1, HOTA in percent).

            Below, 95 % confidence intervals by jackknife over recordings: how far the figures depend on which were scored. \
            With --baseline also how much larger each figure is than another system's on the same recordings; where that \
            interval contains 0, the difference may be chance.

            Example: bearing score scenes/metadata_dev tracks --baseline other-tracks
            """)

    @Argument(help: "Folder of reference csv files.")
    var references: String
    @Argument(help: "Folder of csv files to score.")
    var tracks: String
    @Option(help: ArgumentHelp("Folder of another system's csv files, to subtract.", valueName: "tracks"))
    var baseline: String?
    @Option(help: "Folds to score, such as 1, 3-6 or 1,3-6; default: what has tracks.")
    var folds: String?
    @Option(help: ArgumentHelp("Folder of the recordings, for their lengths.", valueName: "dir"))
    var audio: String?
    @Flag(help: "A line for each recording, too.")
    var perRecording = false
    @Flag(help: "Write one JSON object instead of a table; it always holds each recording.")
    var json = false

    func run() throws {
        let folds = try folds.map { try FoldOption.folds($0, option: "--folds") }
        let labels = try CSVFolder(references, folds: folds)
        let found = try CSVFolder(tracks, folds: folds)
        let others = try baseline.map { try CSVFolder($0, folds: folds) }
        let names = try scored(labels, found, others, all: folds != nil)
        var lengths = try RecordingLengths(references: references, audio: audio)
        var batch = Batch(names.count, "recordings")
        var recordings: [ScoredRecording] = []
        for name in names {
            // A recording that one of the systems cannot be scored on counts for none.
            try batch.attempt {
                let csv = try read(labels.files[name]!, wrapsAzimuths: true)
                let blocks = lengths.blocks(of: name)
                if let blocks, csv.frameCount > blocks {
                    Console.note(
                        "\(labels.files[name]!): labels up to frame \(csv.frameCount - 1), but the recording ends after \(blocks); "
                            + "later ones are left out")
                }
                recordings.append(
                    ScoredRecording(
                        name: name, labels: ReferenceLabels(csv, blockCount: blocks), tracks: try read(found.files[name]!),
                        baseline: try others.map { try read($0.files[name]!) }))
            }
        }
        if let remark = lengths.remark { Console.note(remark) }
        guard !recordings.isEmpty else { return try batch.finish() }
        let report = Self.report(on: recordings) { $0.tracks }
        let other = others == nil ? nil : Self.report(on: recordings) { $0.baseline }
        if json {
            print(other.map { report.json(baseline: $0) } ?? report.json)
        } else {
            print(report.table(perRecording: perRecording, baseline: other), terminator: "")
        }
        try batch.finish()
    }

    /// What systems are scored on.
    private struct ScoredRecording {
        let name: String
        let labels: ReferenceLabels
        let tracks: MetadataCSV
        let baseline: MetadataCSV?
    }

    /// Names that both folders have, in order; says which references are left out.
    /// - Parameter all: whether every reference must have tracks.
    /// - Throws: tracks without a reference, no tracks at all, a baseline of other recordings.
    private func scored(_ labels: CSVFolder, _ found: CSVFolder, _ baseline: CSVFolder?, all: Bool) throws -> [String] {
        for folder in [found] + (baseline.map { [$0] } ?? []) {
            if let name = folder.names.subtracting(labels.names).min() {
                throw missing("\(labels.path)/\(name).csv", because: "\(folder.path) has one; remove it there or add its reference")
            }
        }
        let names = labels.names.intersection(found.names)
        let silent = labels.names.subtracting(names).sorted()
        if let name = silent.first {
            guard !all else {
                throw missing("\(found.path)/\(name).csv", because: "\(labels.path) has one; an empty file stands for silence")
            }
            Console.note(
                "\(found.path): no tracks of \(silent.count) of \(labels.names.count) references, which are not scored: "
                    + Self.listed(silent) + "; an empty file stands for silence")
        }
        if let baseline, let name = names.subtracting(baseline.names).min() {
            throw missing("\(baseline.path)/\(name).csv", because: "\(found.path) has one")
        }
        return names.sorted()
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
    }

    private static func report(on recordings: [ScoredRecording], _ tracks: (ScoredRecording) -> MetadataCSV?) -> MetricsReport {
        var accumulator = MetricsAccumulator()
        for recording in recordings {
            guard let tracks = tracks(recording) else { continue }
            accumulator.add(
                name: recording.name, references: recording.labels.blocks,
                predictions: ReferenceLabels.predictions(tracks, blockCount: recording.labels.blocks.count))
        }
        return accumulator.report()
    }

    private func missing(_ path: String, because reason: String) -> Failure {
        Failure(.noInput, "\(path): expected a csv of this name, found none: \(reason)")
    }

    /// - Parameter wrapsAzimuths: of references; a system's azimuths beyond 180 degrees are a fault of the system.
    private func read(_ path: String, wrapsAzimuths: Bool = false) throws -> MetadataCSV {
        do {
            let csv = try MetadataCSV.read(path, wrapsAzimuths: wrapsAzimuths)
            if let remark = csv.wrappedRemark(path: path) { Console.note(remark) }
            if let line = csv.repeatedLines.first {
                Console.note(
                    "\(path):\(line): \(csv.repeatedLines.count) rows repeat an earlier frame, class and track; the first counts")
            }
            return csv
        } catch {
            throw Failure(error)
        }
    }
}
