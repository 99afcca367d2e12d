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
            frame,class,track,azimuth,elevation: frames of 100 ms, degrees, no header. An empty file is silence. A reference \
            source is one class and track without a missing frame and without a jump of more than 30 degrees; a predicted \
            source is the track column as it stands.

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
    @Flag(help: "A line for each recording, too.")
    var perRecording = false
    @Flag(help: "Write one JSON object instead of a table; it always holds each recording.")
    var json = false

    func run() throws {
        let names = try csvNames(in: references)
        for folder in [tracks] + (baseline.map { [$0] } ?? []) { try requireNames(names, in: folder) }
        let labels = try names.sorted().map { ($0, ReferenceLabels(try read("\(references)/\($0)"))) }
        let report = try report(of: tracks, against: labels)
        let other = try baseline.map { try self.report(of: $0, against: labels) }
        if json {
            print(other.map { report.json(baseline: $0) } ?? report.json)
        } else {
            print(report.table(perRecording: perRecording, baseline: other), terminator: "")
        }
    }

    private func requireNames(_ names: Set<String>, in tracks: String) throws {
        let scored = try csvNames(in: tracks)
        if let name = names.subtracting(scored).min() {
            throw missing("\(tracks)/\(name)", because: "\(references) has one; an empty file stands for silence")
        }
        if let name = scored.subtracting(names).min() {
            throw missing("\(references)/\(name)", because: "\(tracks) has one; remove it there or add its reference")
        }
    }

    private func report(of tracks: String, against references: [(name: String, labels: ReferenceLabels)]) throws -> MetricsReport {
        var accumulator = MetricsAccumulator()
        for (name, labels) in references {
            accumulator.add(
                name: String(name.dropLast(4)), references: labels.blocks,
                predictions: ReferenceLabels.predictions(try read("\(tracks)/\(name)"), blockCount: labels.blocks.count))
        }
        return accumulator.report()
    }

    /// Names of the csv files of a folder; at least one.
    private func csvNames(in folder: String) throws -> Set<String> {
        guard let entries = try? Folder.names(in: folder) else {
            throw Failure(.noInput, "\(folder): expected a folder of csv files, found none: check the path")
        }
        let names = Set(entries.filter { $0.hasSuffix(".csv") && !$0.hasPrefix(".") })
        guard !names.isEmpty else {
            throw Failure(.noInput, "\(folder): expected csv files, found none: check the path")
        }
        return names
    }

    private func missing(_ path: String, because reason: String) -> Failure {
        Failure(.noInput, "\(path): expected a csv of this name, found none: \(reason)")
    }

    private func read(_ path: String) throws -> MetadataCSV {
        do {
            let csv = try MetadataCSV.read(path)
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
