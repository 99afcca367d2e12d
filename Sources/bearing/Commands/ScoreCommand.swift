import ArgumentParser
import Files
import Formats
import Tracking

struct ScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Scores any system's tracks against references.",
        discussion: """
            Both folders contain one csv per recording, with equal names and rows \
            frame,class,track,azimuth,elevation: frames of 100 ms, degrees, no header. A sixth column (distance or level) is ignored. The files \
            may lie in subfolders. An empty file means silence. References without tracks are listed and not scored; with --folds, all references \
            of these folds must have tracks. A reference \
            source is one class and track without a missing frame and without a jump of more than 30 degrees. A predicted \
            source is one value of the track column.

            Figures per minute use the length of the recordings if these lie beside the references (foa_dev/ or mic_dev/ beside \
            metadata_dev/) or in --audio; otherwise the recording ends with its last row.

            Left of the bar are the metrics of Adavanne et al. (WASPAA 2021): pairs minimise the total angle, without a limit \
            (LE in degrees; LR, LP, LF, MOTa in percent; IDS/min counts every onset). Right of it is CLEAR MOT: matches within \
            20 degrees (MOTP in degrees, onset in ms until a source is found; MOTA, IDF1, HOTA in percent).

            With --azimuth all angles are differences of azimuths, for arrays whose capsules lie in a horizontal plane.

            Below are 95 % confidence intervals by jackknife over recordings. \
            With --baseline, the table also shows the difference to another system on the same recordings; if its \
            interval contains 0, the difference may be chance.

            Example: bearing score scenes/metadata_dev tracks --baseline other-tracks
            """)

    @Argument(help: "Folder of reference csv files.")
    var references: String
    @Argument(help: "Folder of csv files to score.")
    var tracks: String
    @Option(help: ArgumentHelp("Folder of another system's csv files, to compare with.", valueName: "tracks"))
    var baseline: String?
    @Option(help: "Folds to score, such as 1, 3-6 or 1,3-6; default: all with tracks.")
    var folds: String?
    @Option(help: ArgumentHelp("Folder of the recordings, which gives their lengths.", valueName: "dir"))
    var audio: String?
    @Flag(help: "Score by azimuth only: errors, pairs and the gate of 20 degrees.")
    var azimuth = false
    @Flag(help: "Also print a line for each recording.")
    var perRecording = false
    @Flag(help: "Print one JSON object, which includes every recording, instead of a table.")
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
            // A recording that one of the systems cannot be scored on is excluded for both.
            try batch.attempt {
                let csv = try read(labels.files[name]!, wrapsAzimuths: true)
                let blocks = lengths.blocks(of: name)
                if let blocks, csv.frameCount > blocks {
                    Console.note(
                        "\(labels.files[name]!): labels up to frame \(csv.frameCount - 1), but the recording ends after \(blocks); "
                            + "later ones are ignored")
                }
                recordings.append(
                    ScoredRecording(
                        name: name, labels: ReferenceLabels(csv, blockCount: blocks), tracks: try read(found.files[name]!),
                        baseline: try others.map { try read($0.files[name]!) }))
            }
        }
        if let remark = lengths.remark { Console.note(remark) }
        guard !recordings.isEmpty else { return try batch.finish() }
        let report = scores(on: recordings) { $0.tracks }
        let other = others == nil ? nil : scores(on: recordings) { $0.baseline }
        if json {
            print(other.map { report.json(baseline: $0) } ?? report.json)
        } else {
            print(report.table(perRecording: perRecording, baseline: other), terminator: "")
        }
        try batch.finish()
    }

    /// A reference with the tracks of one or two systems.
    private struct ScoredRecording {
        let name: String
        let labels: ReferenceLabels
        let tracks: MetadataCSV
        let baseline: MetadataCSV?
    }

    /// Names that both folders have, in order. Prints which references are not scored.
    /// - Parameter all: whether every reference must have tracks.
    /// - Throws: a `Failure` for tracks without a reference, no tracks at all, or a baseline of other recordings.
    private func scored(_ labels: CSVFolder, _ found: CSVFolder, _ baseline: CSVFolder?, all: Bool) throws -> [String] {
        for folder in [found] + (baseline.map { [$0] } ?? []) {
            if let name = folder.names.subtracting(labels.names).min() {
                throw missing("\(labels.path)/\(name).csv", because: "\(folder.path) has one; remove it or add its reference")
            }
        }
        let names = labels.names.intersection(found.names)
        let silent = labels.names.subtracting(names).sorted()
        if let name = silent.first {
            guard !all else {
                throw missing("\(found.path)/\(name).csv", because: "\(labels.path) has one; an empty file means silence")
            }
            Console.note(
                "\(found.path): no tracks of \(silent.count) of \(labels.names.count) references, which are not scored: "
                    + Self.listed(silent) + "; an empty file means silence")
        }
        if let baseline, let name = names.subtracting(baseline.names).min() {
            throw missing("\(baseline.path)/\(name).csv", because: "\(found.path) has one")
        }
        return names.sorted()
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
    }

    private func scores(on recordings: [ScoredRecording], _ tracks: (ScoredRecording) -> MetadataCSV?) -> MetricsReport {
        var accumulator = MetricsAccumulator(by: azimuth ? .azimuth : .direction)
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

    /// - Parameter wrapsAzimuths: true for references; in a system's tracks an azimuth above 180 degrees is an error.
    private func read(_ path: String, wrapsAzimuths: Bool = false) throws -> MetadataCSV {
        do {
            let csv = try MetadataCSV.read(path, wrapsAzimuths: wrapsAzimuths)
            if let remark = csv.wrappedRemark(path: path) { Console.note(remark) }
            if let line = csv.repeatedLines.first {
                Console.note(
                    "\(path):\(line): \(csv.repeatedLines.count) rows repeat an earlier frame, class and track; the first is used")
            }
            return csv
        } catch {
            throw Failure(error)
        }
    }
}
