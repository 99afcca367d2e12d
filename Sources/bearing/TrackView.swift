import Foundation

/// Draws lines of the feed: a picture that is redrawn on a terminal, plain lines elsewhere.
struct TrackView {
    let isTerminal: Bool
    private var header = ""
    private var status = ""
    private var drawn = 0

    /// Characters of the strip: 5 degrees each.
    private static let width = 72
    private static let colours = [32, 33, 36, 35, 34, 31]

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    mutating func show(_ line: FeedLine) {
        switch line.type {
        case "hello":
            header = "\(line.name ?? "bearing")  \(line.source ?? "")  \(line.format ?? "")"
            if !isTerminal { Self.write(header) }
        case "status":
            let levels = (line.levelDbfs ?? []).map { ($0 ?? -200).formatted(0) }.joined(separator: " ")
            let before = status
            status = "\(line.state ?? "?")  level \(levels) dBFS  load \(((line.load ?? 0) * 100).formatted(1)) %"
                + "  overruns \(line.overruns ?? 0)  dropped \(line.droppedBlocks ?? 0)  subscribers \(line.subscribers ?? 0)"
            if !isTerminal, before.prefix(while: { $0 != " " }) != status.prefix(while: { $0 != " " }) {
                Self.write("status  \(status)")
            }
        case "tracks": draw(line.tracks ?? [], line.seq ?? 0)
        default: break
        }
    }

    private mutating func draw(_ tracks: [FeedLine.Track], _ sequence: Int) {
        guard isTerminal else {
            let texts = tracks.map { "#\($0.id) azimuth \($0.azimuth.formatted(1)) elevation \($0.elevation.formatted(1)) "
                + "activity \($0.activity.formatted(2)) age \($0.age.formatted(1)) s" }
            Self.write("\(sequence)  \(texts.isEmpty ? "silence" : texts.joined(separator: "; "))")
            return
        }
        var lines = ["\u{1B}[1m\(header)\u{1B}[0m", Self.labels, Self.strip(tracks), ""]
        lines += tracks.map(Self.row)
        lines += Array(repeating: "", count: max(0, 4 - tracks.count))
        lines.append("\u{1B}[2m\(status)\u{1B}[0m")
        let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        Self.write(up + lines.map { "\r\u{1B}[2K\($0)" }.joined(separator: "\n"))
        drawn = lines.count
    }

    /// At once, whatever standard output is: nothing waits in a buffer.
    private static func write(_ text: String) {
        let line = text + "\n"
        _ = unsafe line.withCString { unsafe Foundation.write(STDOUT_FILENO, $0, strlen($0)) }
    }

    /// Left is +90 degrees, so azimuth falls from left to right.
    private static let labels: String = {
        var cells = [Character](repeating: " ", count: width)
        for (text, azimuth) in [("back", 179.0), ("left", 90), ("front", 0), ("right", -90)] {
            let start = max(0, min(width - text.count, column(azimuth) - text.count / 2))
            for (i, letter) in text.enumerated() { cells[start + i] = letter }
        }
        return String(cells)
    }()

    private static func column(_ azimuth: Double) -> Int {
        min(width - 1, max(0, Int((180 - azimuth) / 360 * Double(width))))
    }

    private static func colour(_ id: Int) -> Int { colours[id % colours.count] }

    private static func strip(_ tracks: [FeedLine.Track]) -> String {
        var cells = [String](repeating: "─", count: width)
        for azimuth in [90.0, 0, -90] { cells[column(azimuth)] = "┼" }
        for track in tracks { cells[column(track.azimuth)] = "\u{1B}[1;\(colour(track.id))m●\u{1B}[0m" }
        return cells.joined()
    }

    private static func row(_ track: FeedLine.Track) -> String {
        func padded(_ value: Double, _ decimals: Int, _ width: Int) -> String {
            let text = value.formatted(decimals)
            return String(repeating: " ", count: max(0, width - text.count)) + text
        }
        let filled = min(10, max(0, Int((track.activity * 10).rounded())))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
        return "\u{1B}[1;\(colour(track.id))m● #\(track.id)\u{1B}[0m  azimuth \(padded(track.azimuth, 1, 6))°  elevation "
            + "\(padded(track.elevation, 1, 5))°  \(bar)  \(padded(track.age, 1, 5)) s"
    }
}
