import Geometry
import Glibc
import TrackFeed

/// Shows lines of the feed: a picture that is redrawn on a terminal, plain lines otherwise.
struct TrackView {
    let isTerminal: Bool
    private var picture = TrackPicture()
    private var trail: [(block: Int, point: TrackPicture.Point)] = []
    private var drawn = 0

    /// Blocks of 100 ms for which a track leaves its trail.
    private static let trailBlocks = 20
    /// Lines of a terminal that the whole map requires.
    private static let fullHeight = 18

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    mutating func show(_ line: FeedLine) {
        switch line.type {
        case "hello":
            picture.header = [line.name ?? "bearing", line.source ?? "", line.format ?? ""]
                .map { ForeignText($0).description }.joined(separator: "  ")
            picture.rows = line.maxTracks ?? 2
            picture.elevation = line.elevation.flatMap(ElevationSense.init(rawValue:)) ?? .signed
            if !isTerminal { Self.write(picture.header + "\n") }
        case "status":
            if !isTerminal, picture.status?.state != line.state { Self.write("status  \(ForeignText(line.state ?? "?"))\n") }
            picture.status = line
        case "tracks":
            picture.tracks = line.tracks ?? []
            isTerminal ? draw(block: line.seq ?? 0) : Self.write(plain(line))
        default: break
        }
    }

    /// Leaves the picture on the screen; later output begins below it.
    mutating func close() {
        drawn = 0
        trail = []
        picture = TrackPicture()
    }

    private mutating func draw(block: Int) {
        trail.removeAll { $0.block <= block - Self.trailBlocks }
        picture.trail = trail.map(\.point)
        trail += picture.tracks.map {
            (block, TrackPicture.Point(id: $0.id, azimuth: $0.azimuth, elevation: $0.elevation))
        }
        var size = winsize()
        if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0 {
            picture.isFlat = size.ws_row < Self.fullHeight + picture.rows - 2
        }
        let lines = picture.lines
        // Moves up to the start of the picture. Wrapping is off, so that a narrow terminal cuts lines and their count stays.
        let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        Self.write(
            "\u{1B}[?7l\(up)" + lines.map { "\r\u{1B}[2K\($0)\n" }.joined() + "\u{1B}[J\u{1B}[?7h")
        drawn = lines.count
    }

    private func plain(_ line: FeedLine) -> String {
        let isSigned = picture.elevation == .signed
        let texts = (line.tracks ?? []).map {
            "#\($0.id) azimuth \($0.azimuth.formatted(1)) "
                + "elevation \(isSigned ? $0.elevation.formatted(1) : "±" + abs($0.elevation).formatted(1)) "
                + "activity \($0.activity.formatted(2)) age \($0.age.formatted(1)) s"
                + ($0.levelDbfs.map { " level \($0.formatted(1)) dBFS" } ?? "")
        }
        return "\(line.seq ?? 0)  \(texts.isEmpty ? "silence" : texts.joined(separator: "; "))\n"
    }

    /// Writes without a buffer, whatever standard output is.
    private static func write(_ text: String) {
        print(text, terminator: "")
        StandardOutput.shared.flush()
    }
}
