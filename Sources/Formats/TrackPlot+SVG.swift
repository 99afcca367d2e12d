import Geometry
import Signal

// The plot as SVG, in the layout shared by all plots.

extension TrackPlot {
    /// A complete SVG document: azimuth, elevation and, if the tracks have it, activity over seconds.
    public var svg: String {
        let legend = legend
        let azimuth = Quantity.azimuth(top: legend.bottom)
        var quantities = [azimuth]
        if let elevation {
            quantities.append(.elevation(elevation, top: azimuth.frame.bottom + PlotSheet.gap, limit: elevationLimit))
        }
        if tracks.contains(where: { $0.points.contains { $0.activity != nil } }) {
            quantities.append(.activity(top: quantities[quantities.count - 1].frame.bottom + PlotSheet.gap))
        }
        let bottom = quantities[quantities.count - 1].frame.bottom
        return PlotSheet.document(
            title: title, height: bottom + 42,
            style: (
                light: ".reference{stroke:#93a0b4;stroke-opacity:.42;stroke-width:9;stroke-linejoin:round;fill:none}",
                dark: ".reference{stroke:#a9b6ca;stroke-opacity:.34}"
            ), body: legend.svg + quantities.map { drawn($0) }.joined() + timeLabels(below: bottom))
    }

    // MARK: - Quantities

    /// The quantity of one frame.
    private struct Quantity {
        let frame: PlotFrame
        /// A step between adjacent blocks above which the value has wrapped around.
        var wrap = Double.infinity
        let value: @Sendable (Point) -> Double?

        static func azimuth(top: Double) -> Quantity {
            let words = [(180.0, "back"), (90, "left"), (0, "front"), (-90, "right"), (-180, "back")]
            let frame = PlotFrame(
                name: "Azimuth", top: top, height: 250, range: -180...180, ticks: words.map { ($0, signed($0), $1) })
            return Quantity(frame: frame, wrap: 180, value: { Double($0.azimuth) })
        }

        static func elevation(_ sense: ElevationSense, top: Double, limit: Double) -> Quantity {
            if sense == .unsigned {
                let frame = PlotFrame(
                    name: "Elevation, up or down", top: top, height: 130, range: 0...limit,
                    ticks: [limit, limit / 2, 0].map { ($0, "\(Int($0))°", "") })
                return Quantity(frame: frame, value: { Double(abs($0.elevation)) })
            }
            let words = [(limit, "up"), (limit / 2, ""), (0, "level"), (-limit / 2, ""), (-limit, "down")]
            let frame = PlotFrame(
                name: "Elevation", top: top, height: 130, range: -limit...limit, ticks: words.map { ($0, signed($0), $1) })
            return Quantity(frame: frame, value: { Double($0.elevation) })
        }

        static func activity(top: Double) -> Quantity {
            let frame = PlotFrame(
                name: "Activity", top: top, height: 80, range: 0...1,
                ticks: [(1, "100 %", ""), (0.5, "50 %", ""), (0, "0 %", "")])
            return Quantity(frame: frame, value: { $0.activity.map(Double.init) })
        }

        private static func signed(_ degrees: Double) -> String {
            "\(degrees > 0 ? "+" : degrees < 0 ? "\u{2212}" : "")\(Int(abs(degrees)))°"
        }
    }

    /// The smallest of three ranges that includes every elevation.
    private var elevationLimit: Double {
        let highest = (references + tracks).lazy.flatMap(\.points).map { Double(abs($0.elevation)) }.max() ?? 0
        return [30, 60].first { highest <= $0 } ?? 90
    }

    private func drawn(_ quantity: Quantity) -> String {
        var text = quantity.frame.svg(verticals: timeTicks.map { x(Double($0 * FrameLayout.blocksPerSecond)) })
        // One path for all, so that overlapping bands are no darker.
        let bands = references.map { path($0, of: quantity) }.joined()
        if !bands.isEmpty { text += "<path class=\"reference\" d=\"\(bands)\"/>\n" }
        for (track, colour) in zip(tracks, colours.map(\.colour)) {
            let path = path(track, of: quantity)
            if !path.isEmpty { text += "<path class=\"track\" data-id=\"\(track.id)\" stroke=\"\(colour)\" d=\"\(path)\"/>\n" }
        }
        return text
    }

    /// From the beginning of a segment's first block to the end of its last, through the middle of the blocks between; a new
    /// segment begins after every gap and every wrap.
    private func path(_ line: Line, of quantity: Quantity) -> String {
        var pieces: [[(frame: Int, y: Double)]] = []
        var last: (frame: Int, value: Double)?
        for point in line.points {
            guard let value = quantity.value(point) else { continue }
            let goesOn = last.map { $0.frame + 1 == point.frame && abs($0.value - value) <= quantity.wrap } ?? false
            if !goesOn { pieces.append([]) }
            pieces[pieces.count - 1].append((point.frame, quantity.frame.y(value)))
            last = (point.frame, value)
        }
        return pieces.map { piece in
            func pixel(_ frame: Double) -> String { PlotSheet.pixels(x(frame)) }
            var text = "M\(pixel(Double(piece[0].frame))) \(PlotSheet.pixels(piece[0].y))"
            for i in piece.indices where i == 0 || i == piece.count - 1 || piece[i - 1].y != piece[i].y || piece[i].y != piece[i + 1].y {
                text += "L\(pixel(Double(piece[i].frame) + 0.5)) \(PlotSheet.pixels(piece[i].y))"
            }
            return text + "H\(pixel(Double(piece[piece.count - 1].frame) + 1))"
        }.joined()
    }

    // MARK: - Time

    /// At least a second.
    private var blocks: Int {
        max(FrameLayout.blocksPerSecond, ((references + tracks).lazy.compactMap(\.points.last?.frame).max() ?? -1) + 1)
    }

    private func x(_ frame: Double) -> Double {
        PlotSheet.left + frame / Double(blocks) * (PlotSheet.right - PlotSheet.left)
    }

    /// Whole seconds, at most 15 of them.
    private var timeTicks: [Int] {
        let seconds = (blocks + FrameLayout.blocksPerSecond - 1) / FrameLayout.blocksPerSecond
        let steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600]
        let step = steps.first { seconds <= 14 * $0 } ?? (seconds / 14 + 3600) / 3600 * 3600
        return Array(stride(from: 0, through: blocks / FrameLayout.blocksPerSecond, by: step))
    }

    private func timeLabels(below bottom: Double) -> String {
        timeTicks.map { second in
            let x = PlotSheet.pixels(x(Double(second * FrameLayout.blocksPerSecond)))
            return "<text class=\"middle\" x=\"\(x)\" y=\"\(PlotSheet.pixels(bottom + 22))\">\(second) s</text>\n"
        }.joined()
    }

    // MARK: - Legend

    /// In a recording with very many tracks, only the first are named.
    private var legend: PlotLegend {
        let shown = 40
        var entries = references.isEmpty ? [] : [("reference", "class=\"reference\"")]
        entries += colours.prefix(shown).map { ("track \($0.id)", "class=\"track\" stroke=\"\($0.colour)\"") }
        if tracks.count > shown { entries.append(("and \(tracks.count - shown) more", "class=\"track\" stroke=\"none\"")) }
        return PlotLegend(entries)
    }
}
