import ArgumentParser
import Files
import Formats
import FoundationEssentials
import Geometry

struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Plots tracks with their reference, or training curves, as SVG.",
        discussion: """
            Plots azimuth and elevation over time: references as wide pale bands, tracks as thin lines, one colour per id. \
            Tracks from `bearing localize --output jsonl` also show their activity; where they state that elevations have no sign, \
            those of the reference are drawn without theirs.

            With --log: losses and validation scores over epochs, one colour per run.

            Example: bearing plot --reference demo/scene.csv --tracks tracks/scene.jsonl --out scene.svg
            Example: bearing plot --log runs/a/log.jsonl --log runs/b/log.jsonl --out curves.svg
            """)

    @Option(help: "Reference csv with rows frame,class,track,azimuth,elevation.")
    var reference: String?
    @Option(help: "Tracks: a csv with the same columns, or the JSON lines of bearing localize.")
    var tracks: String?
    @Option(help: ArgumentHelp("The log.jsonl of a training run; repeat it to compare runs.", valueName: "file"))
    var log: [String] = []
    @Option(help: "SVG file to write; an existing file is replaced.")
    var out: String
    @Flag(help: "Leave elevations out, as for an array whose capsules lie in a horizontal plane.")
    var azimuth = false
    @Option(help: "Title above the plot (default: the name of the tracks, or Training).")
    var title: String?

    func validate() throws {
        // No viewer opens a picture whose name belongs to another format.
        guard ["", "svg"].contains(PathName.suffix(out)) else {
            throw ValidationError("--out: expected a name that ends in .svg, the only supported format, found \(PathName.last(out))")
        }
        guard log.isEmpty || !azimuth else { throw ValidationError("--azimuth: expected with tracks, found --log") }
        guard log.isEmpty != (reference == nil && tracks == nil) else {
            throw ValidationError("expected --reference, --tracks or both, or --log alone")
        }
    }

    func run() throws {
        try Failure.reporting { try WholeFile.write(Array(try svg().utf8), to: out) }
    }

    private func svg() throws -> String {
        guard log.isEmpty else {
            let logs = try zip(log, Self.runNames(log)).map { try EpochLog.read($0, name: $1) }
            return CurvePlot(title: title ?? "Training", logs: logs).svg
        }
        let references = try reference.map { TrackPlot.references(try Self.readCSV($0)) } ?? []
        let (lines, elevation) = try tracks.map { try Self.readTracks($0) } ?? ([], .signed)
        var plot = TrackPlot(title: title ?? defaultTitle, references: references, tracks: lines)
        plot.elevation = azimuth ? nil : elevation
        return plot.svg
    }

    /// The labels of the runs: the folder of a log.jsonl, the name of any other file, or whole paths if these are not unique.
    static func runNames(_ paths: [String]) -> [String] {
        let names = paths.map { path in
            PathName.last(path) == "log.jsonl" ? PathName.last(PathName.folder(Folder.absolute(path))) : PathName.stem(path)
        }
        return Set(names).count == names.count ? names : paths
    }

    private var defaultTitle: String {
        PathName.stem(tracks ?? reference ?? "")
    }

    private static func readCSV(_ path: String) throws(MetadataError) -> MetadataCSV {
        let csv = try MetadataCSV.read(path, wrapsAzimuths: true)
        if let remark = csv.wrappedRemark(path: path) { Console.note(remark) }
        noteRepeats(csv, path)
        return csv
    }

    private static func noteRepeats(_ csv: MetadataCSV, _ path: String) {
        guard let line = csv.repeatedLines.first else { return }
        Console.note("\(path):\(line): \(csv.repeatedLines.count) rows repeat an earlier frame, class and track; the first is used")
    }

    /// A file whose first character is a brace contains JSON lines.
    private static func readTracks(_ path: String) throws -> ([TrackPlot.Line], ElevationSense) {
        let bytes = try WholeFile.read(path)
        guard bytes.first(where: { !UnicodeScalar($0).properties.isWhitespace }) == UInt8(ascii: "{") else {
            let csv = try MetadataCSV(text: String(decoding: bytes, as: UTF8.self), path: path)
            noteRepeats(csv, path)
            return (TrackPlot.tracks(csv), .signed)
        }
        return try lines(bytes, path: path)
    }

    /// A line of `bearing localize --output jsonl`.
    private struct Block: Decodable {
        struct Track: Decodable {
            var id: Int
            var azimuth, elevation, activity: Float

            var isInRange: Bool { abs(azimuth) <= 180 && abs(elevation) <= 90 && (0...1).contains(activity) }
        }

        var frame: Int
        var tracks: [Track]
        var elevation: String?
    }

    private static func lines(_ bytes: [UInt8], path: String) throws(MetadataError) -> ([TrackPlot.Line], ElevationSense) {
        var points: [Int: [TrackPlot.Point]] = [:]
        var elevation = ElevationSense.signed
        let decoder = JSONDecoder()
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy({ UnicodeScalar($0).properties.isWhitespace }) { continue }
            guard let block = try? decoder.decode(Block.self, from: Data(line)),
                (0..<MetadataCSV.frameLimit).contains(block.frame), block.tracks.allSatisfy(\.isInRange)
            else {
                throw .badRow(
                    path: path, line: index + 1,
                    expected: "a line of bearing localize --output jsonl with degrees and activity in range",
                    found: String(String(decoding: line, as: UTF8.self).prefix(60)))
            }
            if let sense = block.elevation.flatMap(ElevationSense.init(rawValue:)) { elevation = sense }
            for track in block.tracks {
                points[track.id, default: []].append(
                    TrackPlot.Point(
                        frame: block.frame, azimuth: track.azimuth, elevation: track.elevation, activity: track.activity))
            }
        }
        return (points.map { TrackPlot.Line(id: $0.key, points: $0.value) }, elevation)
    }
}
