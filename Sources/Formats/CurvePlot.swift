/// Curves over a common axis, such as training figures over epochs: panels one below another, with one colour for each name.
public struct CurvePlot: Sendable {
    /// One quantity.
    public struct Panel: Sendable {
        public var title: String
        /// Shown after the title; may be empty.
        public var unit: String
        public var series: [Series]

        public init(title: String, unit: String, series: [Series]) {
            self.title = title
            self.unit = unit
            self.series = series
        }
    }

    /// One curve.
    public struct Series: Sendable {
        /// Shown once in the legend for all panels.
        public var name: String
        /// In order of x; a y that is not finite is a gap.
        public let points: [(x: Double, y: Double)]

        /// - Parameter points: in any order; points whose x is not finite are ignored.
        public init(name: String, points: [(x: Double, y: Double)]) {
            self.name = name
            self.points = points.filter { PlotAxis.canShow($0.x) }.sorted { $0.x < $1.x }
        }

        /// Segments of adjacent points that can be drawn.
        var pieces: [[(x: Double, y: Double)]] {
            points.split { !PlotAxis.canShow($0.y) }.map(Array.init)
        }
    }

    public var title: String
    /// The unit of x.
    public var xLabel: String
    public var panels: [Panel]

    public init(title: String, xLabel: String, panels: [Panel]) {
        self.title = title
        self.xLabel = xLabel
        self.panels = panels
    }

    /// The names of all series, each once, in the order of their colours.
    var names: [String] {
        var names: [String] = []
        for series in panels.flatMap(\.series) where !names.contains(series.name) { names.append(series.name) }
        return names
    }
}
