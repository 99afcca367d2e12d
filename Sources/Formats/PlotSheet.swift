/// The SVG layout shared by the plots: a sheet with its heading, frames one below another, the legend, colours and text.
/// Lengths are pixels of an image 960 wide. The style follows the reader's dark mode.
enum PlotSheet {
    static let width = 960.0
    /// Horizontal range of the frames; labels of values are left of it, words right.
    static let left = 64.0
    static let right = 900.0
    /// Distance from the bottom of a frame to the top of the next.
    static let gap = 46.0

    /// Visible on both white and dark backgrounds.
    static func colour(_ index: Int) -> String { palette[index % palette.count] }

    private static let palette = [
        "#2f80d8", "#d9591c", "#1c9a68", "#a657d2", "#b5850c", "#d8468c", "#1295a6", "#7f8a1e", "#6c74e0", "#c2564f",
    ]

    /// A complete SVG document.
    /// - Parameters:
    ///   - height: pixels.
    ///   - style: additional rules, for a light and for a dark background.
    static func document(title: String, height: Double, style: (light: String, dark: String) = ("", ""), body: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(pixels(width)) \(pixels(height))" role="img">
        <title>\(escaped(title))</title>
        <style>text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#5b6472}\
        .heading{font-size:17px;font-weight:600;fill:#1d232c}\
        .name{font-weight:600;fill:#1d232c}.end{text-anchor:end}.middle{text-anchor:middle}.word{fill:#8b94a2}\
        .ground{fill:#fff}.grid{stroke:#dfe3e9;fill:none}.zero{stroke:#b9c0ca;fill:none}\
        \(style.light)\
        .track{stroke-width:2;stroke-linecap:round;stroke-linejoin:round;fill:none}\
        @media(prefers-color-scheme:dark){text{fill:#a3adba}.heading,.name{fill:#eceff4}.word{fill:#7c8694}\
        .ground{fill:#16181d}.grid{stroke:#2b3038}.zero{stroke:#4a525e}\(style.dark)}</style>
        <rect class="ground" width="100%" height="100%" rx="10"/>
        <text class="heading" x="\(pixels(left))" y="34">\(escaped(title))</text>
        \(body)</svg>

        """
    }

    /// Rounded to a tenth.
    static func pixels(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let fraction = abs(tenths) % 10
        return "\(sign)\(abs(tenths) / 10)" + (fraction == 0 ? "" : ".\(fraction)")
    }

    /// Control characters, which XML cannot represent, become spaces.
    static func escaped(_ text: String) -> String {
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

/// The frame of one quantity: its name, values upwards at the left, grid lines.
struct PlotFrame {
    let name: String
    /// Shown after the name in a paler colour; may be empty.
    var unit = ""
    /// Pixels from the top of the image.
    let top, height: Double
    let range: ClosedRange<Double>
    /// Value, its label at the left, a word for it at the right.
    let ticks: [(value: Double, label: String, word: String)]

    var bottom: Double { top + height }

    func y(_ value: Double) -> Double { bottom - (value - range.lowerBound) / (range.upperBound - range.lowerBound) * height }

    /// - Parameter verticals: ticks of the other axis, in pixels from the left.
    func svg(verticals: [Double]) -> String {
        let (left, right) = (PlotSheet.pixels(PlotSheet.left), PlotSheet.pixels(PlotSheet.right))
        let unit = unit.isEmpty ? "" : "<tspan class=\"word\" font-weight=\"400\" dx=\"6\">\(PlotSheet.escaped(unit))</tspan>"
        var text = "<text class=\"name\" x=\"\(left)\" y=\"\(PlotSheet.pixels(top - 10))\">"
        text += "\(PlotSheet.escaped(name))\(unit)</text>\n"
        let lines = verticals.map { "M\(PlotSheet.pixels($0)) \(PlotSheet.pixels(top))v\(PlotSheet.pixels(height))" }
        text += "<path class=\"grid\" d=\"\(lines.joined())\"/>\n"
        for tick in ticks {
            let y = y(tick.value)
            text += "<path class=\"\(tick.value == 0 ? "zero" : "grid")\" d=\"M\(left) \(PlotSheet.pixels(y))H\(right)\"/>"
            text += PlotFrame.label(tick.label, kind: "end", x: PlotSheet.left - 8, y: y)
            if !tick.word.isEmpty { text += PlotFrame.label(tick.word, kind: "word", x: PlotSheet.right + 8, y: y) }
            text += "\n"
        }
        return text
    }

    /// Text beside a height, vertically centred.
    private static func label(_ text: String, kind: String, x: Double, y: Double) -> String {
        "<text class=\"\(kind)\" x=\"\(PlotSheet.pixels(x))\" y=\"\(PlotSheet.pixels(y + 4))\">\(text)</text>"
    }
}

/// Entries below the heading, as many in a row as fit.
struct PlotLegend {
    private struct Entry {
        let label: String
        /// Attributes of the entry's sample line.
        let line: String
        let x: Double
    }

    private var rows: [[Entry]] = []

    /// - Parameter entries: each with the attributes of a path that looks like the entry's curve.
    init(_ entries: [(label: String, line: String)]) {
        var x = Double.infinity
        for (label, line) in entries {
            // 7 pixels per letter is a generous estimate, since fonts differ.
            let width = 50 + 7 * Double(label.count)
            if x + width > PlotSheet.right + 18 {
                rows.append([])
                x = PlotSheet.left
            }
            rows[rows.count - 1].append(Entry(label: label, line: line, x: x))
            x += width
        }
    }

    /// The minimum top of the first frame.
    var bottom: Double { 76 + 20 * Double(rows.count) }

    var svg: String {
        rows.enumerated().flatMap { row, entries in
            entries.map { entry in
                let y = 58 + 20 * Double(row)
                return "<path \(entry.line) d=\"M\(PlotSheet.pixels(entry.x)) \(PlotSheet.pixels(y))h24\"/>"
                    + "<text x=\"\(PlotSheet.pixels(entry.x + 32))\" y=\"\(PlotSheet.pixels(y + 4))\">"
                    + "\(PlotSheet.escaped(entry.label))</text>\n"
            }
        }.joined()
    }
}
