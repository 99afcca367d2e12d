import Files
import FoundationEssentials
import JSON

/// A recording with its tracks, and reference labels if there are any, for the page.
package final class Replay: Sendable {
    let sound: WaveSound
    /// Lines of `ReplayLines`.
    let tracks: [UInt8]
    let references: [UInt8]?
    /// The answer of /api/replay.
    let summary: String

    /// The first line of a file that `run --record` writes.
    private struct Head: Decodable {
        var type: String
        var number: Int?
        var time: Double
        var format: String?
        var model: String?
        /// `signed` or `unsigned`; absent in older recordings.
        var elevation: String?
    }

    private struct Pair {
        let stem: String
        let head: Head
    }

    /// A folder of `run --record`: all its pairs, in the order in which they were written.
    package convenience init(folder: String) throws(WebError) {
        let names: [String]
        do throws(FileError) { names = try Folder.names(in: folder) } catch { throw .file(error) }
        var pairs: [Pair] = []
        for name in names.sorted() where name.hasPrefix("bearing-") && name.hasSuffix(".jsonl") {
            let stem = "\(folder)/\(PathName.stem(name))"
            guard Folder.has("\(stem).wav"), let head = try Self.head("\(stem).jsonl") else { continue }
            pairs.append(Pair(stem: stem, head: head))
        }
        pairs.sort { ($0.head.number ?? 0, $0.stem) < ($1.head.number ?? 0, $1.stem) }
        guard let first = pairs.first?.head else { throw .noRecordings(path: folder) }
        // Encoded capsules are recorded as Ambisonics.
        let sound = try WaveSound(pairs.map { "\($0.stem).wav" }, mix: first.format == "mic" ? .first : .cardioids)
        var (lines, offset) = (ReplayLines(), 0.0)
        for (pair, piece) in zip(pairs, sound.pieces) {
            try lines.append(jsonLines: "\(pair.stem).jsonl", start: pair.head.time, offset: offset)
            offset += Double(piece.frames) / Double(sound.sampleRate)
        }
        self.init(
            sound: sound, tracks: lines, references: nil, name: PathName.last(folder), format: first.format, model: first.model,
            start: first.time, elevation: first.elevation)
    }

    /// An audio file, its tracks (csv or jsonl), and its labels (csv).
    /// - Parameter isAmbisonics: whether its first channels are W and Y of AmbiX.
    package convenience init(audio: String, tracks: String, reference: String?, isAmbisonics: Bool) throws(WebError) {
        let sound = try WaveSound([audio], mix: isAmbisonics ? .cardioids : .first)
        var (lines, labels): (ReplayLines, ReplayLines?) = (ReplayLines(), nil)
        var head: Head?
        if PathName.suffix(tracks) == "jsonl" {
            head = try Self.head(tracks)
            try lines.append(jsonLines: tracks, start: head?.time, offset: 0)
        } else {
            try lines.append(csv: tracks)
        }
        if let reference {
            labels = ReplayLines()
            try labels?.append(csv: reference)
        }
        self.init(
            sound: sound, tracks: lines, references: labels, name: PathName.last(audio), format: isAmbisonics ? "foa" : nil, model: nil,
            start: nil, elevation: head?.elevation)
    }

    private init(
        sound: WaveSound, tracks: ReplayLines, references: ReplayLines?, name: String, format: String?, model: String?, start: Double?,
        elevation: String?
    ) {
        self.sound = sound
        self.tracks = tracks.text
        self.references = references?.text
        summary = JSONWriter.text { json in
            json.field("mode", "replay")
            json.field("name", name)
            json.field("seconds", exact: sound.seconds)
            json.field("blocks", tracks.count)
            json.field("labels", json: Array((references.map { "\($0.count)" } ?? "null").utf8))
            json.field("channels", sound.channels)
            json.field("sample_rate", sound.sampleRate)
            json.field("format", format)
            json.field("model", model)
            json.field("start", exact: start)
            if let elevation { json.field("elevation", elevation) }
        }
    }

    /// The first line of a recording's lines; nil for another kind of file.
    private static func head(_ path: String) throws(WebError) -> Head? {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try WholeFile.beginning(of: path, count: 4096) } catch { throw .file(error) }
        guard let line = bytes.split(separator: 10).first, let head = try? JSONDecoder().decode(Head.self, from: Data(line)),
            head.type == "recording", head.time.isFinite
        else { return nil }
        return head
    }
}
