// The plot as SVG. Lengths are pixels of a picture 960 wide; the style turns dark where the reader's screen is.

extension TrackPlot {
    /// A well-formed document that stands alone: azimuth, elevation and, where tracks tell it, activity over seconds.
    public var svg: String {
        let legend = legendRows
        let azimuth = Panel.azimuth(top: 76 + 20 * Double(legend.count))
        var panels = [azimuth, Panel.elevation(top: azimuth.bottom + 46, limit: elevationLimit)]
        if tracks.contains(where: { $0.points.contains { $0.activity != nil } }) {
            panels.append(Panel.activity(top: panels[1].bottom + 46))
        }
        let bottom = panels.last?.bottom ?? azimuth.bottom
        var text = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.pixels(Self.width)) \(Self.pixels(bottom + 42))" role="img">
            <title>\(Self.escaped(title))</title>
            <style>\(Self.style)</style>
            <rect class="ground" width="100%" height="100%" rx="10"/>
            <text class="heading" x="\(Self.pixels(Self.left))" y="34">\(Self.escaped(title))</text>

            """
        text += legend.enumerated().map { Self.drawn($1, y: 58 + 20 * Double($0)) }.joined()
        text += panels.map { drawn($0) }.joined() + timeLabels(below: bottom)
        return text + "</svg>\n"
    }

    private static let width = 960.0
    private static let left = 64.0
    private static let right = 900.0
    private static let blocksPerSecond = 10

    private static let style = """
        text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#5b6472}\
        .heading{font-size:17px;font-weight:600;fill:#1d232c}\
        .name{font-weight:600;fill:#1d232c}.end{text-anchor:end}.middle{text-anchor:middle}.word{fill:#8b94a2}\
        .ground{fill:#fff}.grid{stroke:#dfe3e9;fill:none}.zero{stroke:#b9c0ca;fill:none}\
        .reference{stroke:#93a0b4;stroke-opacity:.42;stroke-width:9;stroke-linejoin:round;fill:none}\
        .track{stroke-width:2;stroke-linecap:round;stroke-linejoin:round;fill:none}\
        @media(prefers-color-scheme:dark){text{fill:#a3adba}.heading,.name{fill:#eceff4}.word{fill:#7c8694}\
        .ground{fill:#16181d}.grid{stroke:#2b3038}.zero{stroke:#4a525e}.reference{stroke:#a9b6ca;stroke-opacity:.34}}
        """

    // MARK: - Panels

    /// One quantity's part of the picture.
    private struct Panel {
        let name: String
        let top, height: Double
        let range: ClosedRange<Double>
        /// Value, its label at the left, a word for it at the right.
        let ticks: [(value: Double, label: String, word: String)]
        /// A step between neighbouring blocks beyond which the value has gone round.
        let wrap: Double
        let value: @Sendable (Point) -> Double?

        var bottom: Double { top + height }

        func y(_ value: Double) -> Double { bottom - (value - range.lowerBound) / (range.upperBound - range.lowerBound) * height }

        static func azimuth(top: Double) -> Panel {
            let words = [(180.0, "back"), (90, "left"), (0, "front"), (-90, "right"), (-180, "back")]
            return Panel(
                name: "Azimuth", top: top, height: 250, range: -180...180,
                ticks: words.map { ($0, signed($0), $1) }, wrap: 180, value: { Double($0.azimuth) })
        }

        static func elevation(top: Double, limit: Double) -> Panel {
            let words = [(limit, "up"), (limit / 2, ""), (0, "level"), (-limit / 2, ""), (-limit, "down")]
            return Panel(
                name: "Elevation", top: top, height: 130, range: -limit...limit,
                ticks: words.map { ($0, signed($0), $1) }, wrap: .infinity, value: { Double($0.elevation) })
        }

        static func activity(top: Double) -> Panel {
            Panel(
                name: "Activity", top: top, height: 80, range: 0...1,
                ticks: [(1, "100 %", ""), (0.5, "50 %", ""), (0, "0 %", "")], wrap: .infinity,
                value: { $0.activity.map(Double.init) })
        }

        private static func signed(_ degrees: Double) -> String {
            "\(degrees > 0 ? "+" : degrees < 0 ? "\u{2212}" : "")\(Int(abs(degrees)))°"
        }
    }

    /// The smallest of three that holds every elevation.
    private var elevationLimit: Double {
        let highest = (references + tracks).lazy.flatMap(\.points).map { Double(abs($0.elevation)) }.max() ?? 0
        return [30, 60].first { highest <= $0 } ?? 90
    }

    private func drawn(_ panel: Panel) -> String {
        var text = "<text class=\"name\" x=\"\(Self.pixels(Self.left))\" y=\"\(Self.pixels(panel.top - 10))\">\(panel.name)</text>\n"
        let verticals = timeTicks.map { second in
            "M\(Self.pixels(x(Double(second * Self.blocksPerSecond)))) \(Self.pixels(panel.top))v\(Self.pixels(panel.height))"
        }
        text += "<path class=\"grid\" d=\"\(verticals.joined())\"/>\n"
        for tick in panel.ticks {
            let y = panel.y(tick.value)
            text += "<path class=\"\(tick.value == 0 ? "zero" : "grid")\" d=\"M\(Self.pixels(Self.left)) \(Self.pixels(y))"
            text += "H\(Self.pixels(Self.right))\"/>"
            text += "<text class=\"end\" x=\"\(Self.pixels(Self.left - 8))\" y=\"\(Self.pixels(y + 4))\">\(tick.label)</text>"
            if !tick.word.isEmpty {
                text += "<text class=\"word\" x=\"\(Self.pixels(Self.right + 8))\" y=\"\(Self.pixels(y + 4))\">\(tick.word)</text>"
            }
            text += "\n"
        }
        // One path for all, so that bands that cross are no darker there.
        let bands = references.map { path($0, in: panel) }.joined()
        if !bands.isEmpty { text += "<path class=\"reference\" d=\"\(bands)\"/>\n" }
        for (track, colour) in zip(tracks, colours.map(\.colour)) {
            let path = path(track, in: panel)
            if !path.isEmpty { text += "<path class=\"track\" data-id=\"\(track.id)\" stroke=\"\(colour)\" d=\"\(path)\"/>\n" }
        }
        return text
    }

    /// From the beginning of a piece's first block to the end of its last, through the middles of all between; a new
    /// piece after every gap and every wrap.
    private func path(_ line: Line, in panel: Panel) -> String {
        var pieces: [[(frame: Int, y: Double)]] = []
        var last: (frame: Int, value: Double)?
        for point in line.points {
            guard let value = panel.value(point) else { continue }
            let goesOn = last.map { $0.frame + 1 == point.frame && abs($0.value - value) <= panel.wrap } ?? false
            if !goesOn { pieces.append([]) }
            pieces[pieces.count - 1].append((point.frame, panel.y(value)))
            last = (point.frame, value)
        }
        return pieces.map { piece in
            var text = "M\(Self.pixels(x(Double(piece[0].frame)))) \(Self.pixels(piece[0].y))"
            for i in piece.indices where i == 0 || i == piece.count - 1 || piece[i - 1].y != piece[i].y || piece[i].y != piece[i + 1].y {
                text += "L\(Self.pixels(x(Double(piece[i].frame) + 0.5))) \(Self.pixels(piece[i].y))"
            }
            return text + "H\(Self.pixels(x(Double(piece[piece.count - 1].frame) + 1)))"
        }.joined()
    }

    // MARK: - Time

    /// At least a second.
    private var blocks: Int {
        max(Self.blocksPerSecond, ((references + tracks).lazy.compactMap(\.points.last?.frame).max() ?? -1) + 1)
    }

    private func x(_ frame: Double) -> Double { Self.left + frame / Double(blocks) * (Self.right - Self.left) }

    /// Whole seconds, at most 15 of them.
    private var timeTicks: [Int] {
        let seconds = (blocks + Self.blocksPerSecond - 1) / Self.blocksPerSecond
        let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600]
        let step = steps.first { seconds <= 14 * $0 } ?? (seconds / 14 + 3600) / 3600 * 3600
        return Array(stride(from: 0, through: blocks / Self.blocksPerSecond, by: step))
    }

    private func timeLabels(below bottom: Double) -> String {
        timeTicks.map { second in
            let x = Self.pixels(x(Double(second * Self.blocksPerSecond)))
            return "<text class=\"middle\" x=\"\(x)\" y=\"\(Self.pixels(bottom + 22))\">\(second) s</text>\n"
        }.joined()
    }

    // MARK: - Legend

    private struct LegendEntry {
        let label: String
        /// A track's; nil for the references.
        let colour: String?
        let x: Double
    }

    /// As many entries in a row as fit; a recording of very many tracks names the first of them only.
    private var legendRows: [[LegendEntry]] {
        let shown = 40
        var entries: [(String, String?)] = references.isEmpty ? [] : [("reference", nil)]
        entries += colours.prefix(shown).map { ("track \($0.id)", $0.colour) }
        if tracks.count > shown { entries.append(("and \(tracks.count - shown) more", "none")) }
        var rows: [[LegendEntry]] = []
        var x = Double.infinity
        for (label, colour) in entries {
            // 7 pixels a letter is a generous guess: fonts differ.
            let width = 50 + 7 * Double(label.count)
            if x + width > Self.right + 18 {
                rows.append([])
                x = Self.left
            }
            rows[rows.count - 1].append(LegendEntry(label: label, colour: colour, x: x))
            x += width
        }
        return rows
    }

    private static func drawn(_ row: [LegendEntry], y: Double) -> String {
        row.map { entry in
            let kind = entry.colour.map { "class=\"track\" stroke=\"\($0)\"" } ?? "class=\"reference\""
            return "<path \(kind) d=\"M\(pixels(entry.x)) \(pixels(y))h24\"/>"
                + "<text x=\"\(pixels(entry.x + 32))\" y=\"\(pixels(y + 4))\">\(entry.label)</text>\n"
        }.joined()
    }

    // MARK: - Text

    /// To a tenth.
    private static func pixels(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let fraction = abs(tenths) % 10
        return "\(sign)\(abs(tenths) / 10)" + (fraction == 0 ? "" : ".\(fraction)")
    }

    /// Control characters, which XML has no way to write, become spaces.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": " "
            default: String(scalar)
            }
        }.joined()
    }
}
