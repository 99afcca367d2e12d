public import Geometry
import Tracking

/// Directions over time as a plot: references as wide pale bands, tracks as thin lines, one colour per id.
public struct TrackPlot: Sendable {
    /// The direction of a source in one block.
    public struct Point: Sendable, Hashable {
        /// The block [100 frame, 100 frame + 100) ms.
        public var frame: Int
        /// Degrees, -180...180.
        public var azimuth: Float
        /// Degrees, -90...90.
        public var elevation: Float
        /// 0...1; nil if unknown.
        public var activity: Float?

        public init(frame: Int, azimuth: Float, elevation: Float, activity: Float? = nil) {
            self.frame = frame
            self.azimuth = azimuth
            self.elevation = elevation
            self.activity = activity
        }
    }

    /// One source, its points in order of frames; blocks without a point are gaps.
    public struct Line: Sendable, Hashable {
        public var id: Int
        public var points: [Point]

        public init(id: Int, points: [Point]) {
            self.id = id
            self.points = points.sorted { $0.frame < $1.frame }
        }
    }

    public var title: String
    public var references: [Line]
    /// The meaning of elevations: without sign, those of references are drawn without theirs too. nil: elevations are left out.
    public var elevation: ElevationSense? = .signed
    /// In the order of their first points, which determines colours and legend.
    public let tracks: [Line]

    public init(title: String, references: [Line], tracks: [Line]) {
        self.title = title
        self.references = references
        self.tracks = tracks.sorted { ($0.points.first?.frame ?? 0, $0.id) < ($1.points.first?.frame ?? 0, $1.id) }
    }

    /// A line for each event of a reference.
    public static func references(_ metadata: MetadataCSV) -> [Line] { lines(ReferenceLabels(metadata).blocks) }

    /// A line for each value of a system's track column.
    public static func tracks(_ metadata: MetadataCSV) -> [Line] {
        lines(ReferenceLabels.predictions(metadata, blockCount: 0))
    }

    private static func lines(_ blocks: [[LabelledDirection]]) -> [Line] {
        var points: [Int: [Point]] = [:]
        for (frame, labels) in blocks.enumerated() {
            for label in labels {
                points[label.identity, default: []].append(
                    Point(frame: frame, azimuth: label.direction.azimuth, elevation: label.direction.elevation))
            }
        }
        return points.map { Line(id: $0.key, points: $0.value) }.sorted { $0.id < $1.id }
    }

    /// The colour of every track's id, visible on both white and dark backgrounds. The eleventh equals the first.
    public var colours: [(id: Int, colour: String)] {
        tracks.enumerated().map { ($1.id, PlotSheet.colour($0)) }
    }
}
