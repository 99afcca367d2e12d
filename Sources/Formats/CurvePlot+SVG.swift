// The curves as SVG, in the layout shared by all plots.

extension CurvePlot {
    /// A complete SVG document: each panel has its own scale, and each curve ends with its last value.
    public var svg: String {
        let legend = PlotLegend(
            names.enumerated().map { (label: $1, line: "class=\"track\" stroke=\"\(PlotSheet.colour($0))\"") })
        let horizontal = horizontalAxis
        var body = legend.svg
        var bottom = legend.bottom - PlotSheet.gap
        for panel in panels {
            let drawn = drawn(panel, top: bottom + PlotSheet.gap, horizontal)
            body += drawn.svg
            bottom = drawn.bottom
        }
        for tick in horizontal.ticks {
            body += Self.text(tick.label, kind: "middle", x: Self.x(tick.value, horizontal), y: bottom + 22)
        }
        body += Self.text(xLabel, kind: "middle", x: (PlotSheet.left + PlotSheet.right) / 2, y: bottom + 42)
        return PlotSheet.document(title: title, height: bottom + 60, body: body)
    }

    private static let panelHeight = 132.0
    /// Minimum distance between the last values of two curves, so that both are legible.
    private static let lineHeight = 14.0

    // MARK: - Axes

    private var horizontalAxis: PlotAxis {
        let values = panels.flatMap(\.series).flatMap(\.points).map(\.x)
        let areWhole = values.allSatisfy { $0 == $0.rounded() }
        return PlotAxis(values, parts: 14, smallestStep: areWhole ? 1 : 1e-6, reachesOut: false)
    }

    private static func x(_ value: Double, _ axis: PlotAxis) -> Double {
        let (low, high) = (axis.range.lowerBound, axis.range.upperBound)
        return PlotSheet.left + (value - low) / (high - low) * (PlotSheet.right - PlotSheet.left)
    }

    // MARK: - Panels

    private func drawn(_ panel: Panel, top: Double, _ horizontal: PlotAxis) -> (svg: String, bottom: Double) {
        let values = panel.series.flatMap { $0.pieces.joined() }.map(\.y)
        let axis = PlotAxis(values, parts: 5, reachesOut: true)
        let frame = PlotFrame(
            name: panel.title, unit: panel.unit, top: top, height: Self.panelHeight, range: axis.range,
            ticks: axis.ticks.map { ($0.value, $0.label, "") })
        var text = frame.svg(verticals: horizontal.ticks.map { Self.x($0.value, horizontal) })
        var ends: [End] = []
        for series in panel.series {
            let colour = PlotSheet.colour(names.firstIndex(of: series.name) ?? 0)
            let path = series.pieces.map { Self.path($0, frame, horizontal) }.joined()
            if !path.isEmpty {
                let name = PlotSheet.escaped(series.name)
                text += "<path class=\"track\" data-name=\"\(name)\" stroke=\"\(colour)\" d=\"\(path)\"/>\n"
            }
            if let last = series.pieces.last?.last {
                let (x, y) = (Self.x(last.x, horizontal), frame.y(last.y))
                text += "<circle cx=\"\(PlotSheet.pixels(x))\" cy=\"\(PlotSheet.pixels(y))\" r=\"3\" fill=\"\(colour)\"/>\n"
                ends.append(End(y: y, label: PlotAxis.label(last.y, axis.decimals + 1), colour: colour))
            }
        }
        if values.isEmpty {
            let middle = (PlotSheet.left + PlotSheet.right) / 2
            text += Self.text("no values", kind: "middle", x: middle, y: top + Self.panelHeight / 2)
        }
        return (text + Self.drawn(ends, in: frame), frame.bottom)
    }

    /// A segment of one point is a dot: the line's round end.
    private static func path(_ piece: [(x: Double, y: Double)], _ frame: PlotFrame, _ horizontal: PlotAxis) -> String {
        let points = piece.map { "\(PlotSheet.pixels(x($0.x, horizontal))) \(PlotSheet.pixels(frame.y($0.y)))" }
        return "M" + points.joined(separator: "L") + (points.count == 1 ? "h0" : "")
    }

    private static func text(_ text: String, kind: String, x: Double, y: Double) -> String {
        "<text class=\"\(kind)\" x=\"\(PlotSheet.pixels(x))\" y=\"\(PlotSheet.pixels(y))\">\(PlotSheet.escaped(text))</text>\n"
    }

    // MARK: - Last values

    /// The end of a curve.
    private struct End {
        var y: Double
        let label: String
        let colour: String
    }

    /// Labels right of the frame, moved apart if curves end close together; no labels if there are too many.
    private static func drawn(_ ends: [End], in frame: PlotFrame) -> String {
        guard Double(ends.count) * lineHeight <= frame.height else { return "" }
        var ends = ends.sorted { $0.y < $1.y }
        for i in ends.indices.dropFirst() { ends[i].y = max(ends[i].y, ends[i - 1].y + lineHeight) }
        var limit = frame.bottom
        for i in ends.indices.reversed() {
            ends[i].y = min(ends[i].y, limit)
            limit = ends[i].y - lineHeight
        }
        return ends.map { end in
            "<text x=\"\(PlotSheet.pixels(PlotSheet.right + 8))\" y=\"\(PlotSheet.pixels(end.y + 4))\" "
                + "style=\"fill:\(end.colour)\">\(end.label)</text>\n"
        }.joined()
    }
}
