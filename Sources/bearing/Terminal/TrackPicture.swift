import Geometry
import TrackFeed

/// A picture of the present tracks on a terminal: a map of directions, a row for each track, a line about the daemon.
///
/// The map shows the whole sphere unrolled: azimuth from behind over the left, the front and the right to behind, 5
/// degrees a column; elevation upwards, 20 degrees a row. Elevations without sign take the upper half only. It fits a
/// terminal of 80 columns.
struct TrackPicture {
    /// A past direction of a track in degrees.
    struct Point {
        var id: Int
        var azimuth, elevation: Double
    }

    var header = ""
    var status: FeedLine?
    var tracks: [FeedLine.Track] = []
    /// Directions of the last seconds, drawn faintly.
    var trail: [Point] = []
    /// Rows reserved for tracks, so that the picture does not move.
    var rows = 2
    /// What the elevations of the tracks tell.
    var elevation = ElevationSense.signed
    /// Draws only the horizon of the map, for a terminal of few lines.
    var isFlat = false

    private static let columns = 73
    private static let elevations = [60, 40, 20, 0, -20, -40, -60]
    private static let marks: [(name: String, column: Int)] =
        [("back", 0), ("left", 18), ("front", 36), ("right", 54), ("back", 72)]
    private static let margin = 6

    /// Lines without line ends.
    var lines: [String] {
        var lines = [Style.bold.around(header), "", Self.names]
        lines += map
        lines += ["", Style.dim.around("         id   where        azimuth  elevation  activity            level     age")]
        lines += tracks.map(row)
        if tracks.isEmpty { lines.append(Style.dim.around("         silence")) }
        lines += Array(repeating: "", count: max(0, rows - max(1, tracks.count)))
        return lines + ["", statusLine]
    }

    // MARK: - The map

    private var map: [String] {
        let shown = isFlat ? [0] : Self.elevations.filter { elevation == .signed || $0 >= 0 }
        var cells = shown.map { elevation in
            (0..<Self.columns).map { column -> String in
                let isMark = Self.marks.contains { $0.column == column }
                if elevation == 0 { return Style.dim.around(isMark ? "┼" : "─") }
                return isMark ? Style.dim.around("·") : " "
            }
        }
        func place(_ text: String, _ style: Style, azimuth: Double, elevation: Double) {
            let elevation = self.elevation == .signed ? elevation : abs(elevation)
            let row = isFlat ? 0 : min(shown.count - 1, max(0, 3 - Int((elevation / 20).rounded())))
            let column = min(Self.columns - 1, max(0, Int(((180 - azimuth) / 5).rounded())))
            for (i, letter) in text.enumerated() where column + i < Self.columns {
                cells[row][column + i] = style.around(String(letter))
            }
        }
        for point in trail { place("•", .faint(point.id), azimuth: point.azimuth, elevation: point.elevation) }
        for track in tracks {
            place("●\(track.id)", .strong(track.id), azimuth: track.azimuth, elevation: track.elevation)
        }
        return zip(shown, cells).map { elevation, row in
            let label = (elevation > 0 ? sign : "") + "\(elevation)°"
            return Style.dim.around(Self.right(label, Self.margin - 1)) + " " + row.joined()
        }
    }

    /// The names above the map, each in the middle of its column.
    private static let names: String = {
        var cells = [Character](repeating: " ", count: columns + margin)
        for (name, column) in marks {
            let start = max(margin, min(columns + margin - name.count, margin + column - name.count / 2))
            for (i, letter) in name.enumerated() { cells[start + i] = letter }
        }
        return String(cells)
    }()

    // MARK: - Rows

    private func row(_ track: FeedLine.Track) -> String {
        let filled = min(10, max(0, Int((track.activity * 10).rounded())))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
        let height = elevation == .signed ? Self.signed(track.elevation) : "±\(abs(track.elevation).formatted(1))°"
        return Style.strong(track.id).around("      ● \(Self.right("\(track.id)", 3))") + "   "
            + Self.left(Self.place(azimuth: track.azimuth), 11)
            + Self.right(Self.signed(track.azimuth), 9) + Self.right(height, 11)
            + "  " + Style.colour(track.id).around(bar)
            + Self.right((track.activity * 100).formatted(0), 4) + " %"
            + Self.right(track.levelDbfs?.formatted(0) ?? "", 6) + " dB" + Self.right(track.age.formatted(1), 6) + " s"
    }

    /// Before elevations other than 0.
    private var sign: String { elevation == .signed ? "+" : "±" }

    /// The direction in words, to an eighth of the circle.
    static func place(azimuth: Double) -> String {
        let names = ["front", "front left", "left", "back left", "back", "back right", "right", "front right"]
        return names[(Int((azimuth / 45).rounded()) % 8 + 8) % 8]
    }

    private var statusLine: String {
        guard let status else { return "" }
        let state = ForeignText(status.state ?? "?").description
        let style: Style = state == "running" ? .good : (state == "lost" ? .bad : .dim)
        let levels = (status.levelDbfs ?? []).map { $0 ?? -200 }
        let bars = levels.map(Self.bar).joined()
        var line =
            style.around("● \(state)") + "   level \(bars)"
            + Self.right((levels.max() ?? -200).formatted(0), 5) + " dBFS"
            + "   load" + Self.right(((status.load ?? 0) * 100).formatted(1), 5) + " %"
        if let lost = status.droppedBlocks, lost > 0 { line += "   " + Style.bad.around("\(lost) blocks dropped") }
        if let overruns = status.overruns, overruns > 0 { line += "   " + Style.bad.around("\(overruns) overruns") }
        return line
    }

    /// A channel's level from -70 to 0 dBFS as one character.
    private static func bar(_ level: Double) -> String {
        let steps = Array("▁▂▃▄▅▆▇█")
        return String(steps[min(7, max(0, Int((level + 70) / 10)))])
    }

    private static func signed(_ degrees: Double) -> String {
        let text = degrees.formatted(1)
        return (text.hasPrefix("-") || text == "0.0" ? "" : "+") + text + "°"
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}

/// Text styles. They use the terminal's own sixteen colours, which its user has chosen.
private enum Style {
    case bold, dim, good, bad
    case colour(Int)
    case strong(Int)
    case faint(Int)

    func around(_ text: String) -> String { text.isEmpty ? "" : "\u{1B}[\(code)m\(text)\u{1B}[0m" }

    private var code: String {
        switch self {
        case .bold: "1"
        case .dim: "2"
        case .good: "32"
        case .bad: "1;31"
        case .colour(let id): Self.colour(of: id)
        case .strong(let id): "1;\(Self.colour(of: id))"
        case .faint(let id): "2;\(Self.colour(of: id))"
        }
    }

    private static func colour(of id: Int) -> String { ["36", "33", "35", "32", "34", "31"][abs(id) % 6] }
}
