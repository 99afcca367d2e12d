import Files
import Formats
import FoundationEssentials
import JSON
import TrackFeed

/// Tracks and labels over the time of a recording, as lines for the page: `{"t":SECONDS,"line":{"tracks":[...]}}`, the time that of the
/// block's end.
struct ReplayLines {
    private(set) var text: [UInt8] = []
    private(set) var count = 0

    /// The fields of a line that are needed; the rest is passed to the page unchanged.
    private struct Line: Decodable {
        var type: String?
        var frame: Int?
        var time: Double?
        var tracks: [FeedLine.Track]?
    }

    private static let blockSeconds = 0.1

    /// Adds a file of JSON lines, of `run --record` or of `localize --output jsonl`.
    ///
    /// - Parameters:
    ///   - start: Unix seconds of the recording's first frame, for lines that have a time.
    ///   - offset: seconds of the replay at which the recording begins.
    /// - Throws: `file`, `badLine`.
    mutating func append(jsonLines path: String, start: Double?, offset: Double) throws(WebError) {
        var start = start
        for (index, bytes) in try Self.lines(path).enumerated() where !bytes.isEmpty {
            let decoder = JSONDecoder()
            guard String(validating: bytes, as: UTF8.self) != nil, let line = try? decoder.decode(Line.self, from: Data(bytes)) else {
                throw .badLine(path: path, line: index + 1, expected: "a JSON object of `run --record` or `localize --output jsonl`")
            }
            guard let tracks = line.tracks, line.type ?? "tracks" == "tracks" else { continue }
            guard tracks.allSatisfy({ abs($0.azimuth) <= 180 && abs($0.elevation) <= 90 }) else {
                throw .badLine(path: path, line: index + 1, expected: "azimuths within 180 degrees and elevations within 90")
            }
            if let frame = line.frame {
                append(at: offset + Double(frame + 1) * Self.blockSeconds, bytes)
            } else if let time = line.time {
                start = start ?? time - Self.blockSeconds
                append(at: offset + time - (start ?? time), bytes)
            }
        }
    }

    /// Adds the rows of a csv: `tracks` with the number of the track as its id, and the class.
    mutating func append(csv path: String) throws(WebError) {
        let table: MetadataCSV
        do throws(MetadataError) { table = try MetadataCSV.read(path, wrapsAzimuths: true) } catch { throw .tracks(error) }
        for (frame, rows) in Dictionary(grouping: table.rows, by: \.frame).sorted(by: { $0.key < $1.key }) {
            let line = JSONWriter.text { json in
                json.openArray("tracks")
                for row in rows {
                    json.openObject()
                    json.field("id", row.track)
                    json.field("class", row.classIndex)
                    json.field("azimuth", Double(row.azimuth), decimals: 2)
                    json.field("elevation", Double(row.elevation), decimals: 2)
                    json.closeObject()
                }
                json.closeArray()
            }
            append(at: Double(frame + 1) * Self.blockSeconds, Array(line.utf8))
        }
    }

    private mutating func append(at time: Double, _ line: some Collection<UInt8>) {
        guard time.isFinite, abs(time) < 1e6 else { return }
        text += Array("{\"t\":\((time * 1000).rounded() / 1000),\"line\":".utf8) + line + Array("}\n".utf8)
        count += 1
    }

    /// The lines of a file, without their ends.
    static func lines(_ path: String) throws(WebError) -> [ArraySlice<UInt8>] {
        do throws(FileError) {
            return try WholeFile.read(path).split(separator: 10, omittingEmptySubsequences: false)
        } catch {
            throw .file(error)
        }
    }
}
