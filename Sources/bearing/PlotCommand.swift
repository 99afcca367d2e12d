import ArgumentParser
import Formats
import Foundation
import SafeTensors

struct PlotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plot",
        abstract: "Draws tracks beside their reference, as SVG.",
        discussion: """
            Azimuth and elevation over time: the reference as wide pale bands, tracks as thin lines, a colour for each id. \
            Tracks from `bearing localize --output jsonl` also show their activity.

            Example: bearing plot --reference demo/scene.csv --tracks tracks/scene.jsonl --out scene.svg
            """)

    @Option(help: "The reference: csv rows frame,class,track,azimuth,elevation.")
    var reference: String?
    @Option(help: "What a tracker found: such a csv, or the JSON lines of bearing localize.")
    var tracks: String?
    @Option(help: "The picture to write; a file of that name is replaced.")
    var out: String
    @Option(help: "Stands above the picture (default: the name of the tracks).")
    var title: String?

    func validate() throws {
        guard reference != nil || tracks != nil else { throw ValidationError("expected --reference, --tracks or both") }
    }

    func run() throws {
        do {
            let references = try reference.map { TrackPlot.references(try Self.readCSV($0)) } ?? []
            let lines = try tracks.map { try Self.readTracks($0) } ?? []
            let plot = TrackPlot(title: title ?? defaultTitle, references: references, tracks: lines)
            try WholeFile.write(Array(plot.svg.utf8), to: out)
        } catch let error as MetadataError {
            throw Failure(error)
        } catch let error as FileError {
            throw Failure(error)
        }
    }

    private var defaultTitle: String {
        URL(fileURLWithPath: tracks ?? reference ?? "").deletingPathExtension().lastPathComponent
    }

    private static func readCSV(_ path: String) throws(MetadataError) -> MetadataCSV {
        let csv = try MetadataCSV.read(path)
        noteRepeats(csv, path)
        return csv
    }

    private static func noteRepeats(_ csv: MetadataCSV, _ path: String) {
        guard let line = csv.repeatedLines.first else { return }
        Console.note("\(path):\(line): \(csv.repeatedLines.count) rows repeat an earlier frame, class and track; the first counts")
    }

    /// A file whose first character is a brace holds JSON lines.
    private static func readTracks(_ path: String) throws -> [TrackPlot.Line] {
        let bytes = try WholeFile.read(path)
        guard bytes.first(where: { !UnicodeScalar($0).properties.isWhitespace }) == UInt8(ascii: "{") else {
            let csv = try MetadataCSV(text: String(decoding: bytes, as: UTF8.self), path: path)
            noteRepeats(csv, path)
            return TrackPlot.tracks(csv)
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
    }

    private static func lines(_ bytes: [UInt8], path: String) throws(MetadataError) -> [TrackPlot.Line] {
        var points: [Int: [TrackPlot.Point]] = [:]
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
            for track in block.tracks {
                points[track.id, default: []].append(
                    TrackPlot.Point(
                        frame: block.frame, azimuth: track.azimuth, elevation: track.elevation, activity: track.activity))
            }
        }
        return points.map { TrackPlot.Line(id: $0.key, points: $0.value) }
    }
}
