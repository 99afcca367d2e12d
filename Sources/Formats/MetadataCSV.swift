public import Files
public import Geometry
public import Tracking

/// Why a csv of tracks cannot be read or written.
public enum MetadataError: Error, Hashable, Sendable, CustomStringConvertible {
    case file(FileError)
    case badRow(path: String, line: Int, expected: String, found: String)
    /// Labels of DCASE 2019, whose rows are events instead of frames.
    case events(path: String, line: Int)

    public var description: String {
        switch self {
        case .file(let error): error.description
        case .badRow(let path, let line, let expected, let found):
            "\(path):\(line): expected \(expected), found \(found.sanitized()): correct the row"
        case .events(let path, let line):
            "\(path):\(line): expected rows frame,class,track,azimuth,elevation, found the header of DCASE 2019, whose rows are events in "
                + "seconds: write a row for every 100 ms of each event"
        }
    }
}

/// Metadata of the TAU-NIGENS layout (DCASE 2020 to 2024): one row for each active source of each 100 ms block, without a header.
public struct MetadataCSV: Sendable, Hashable {
    /// frame,class,track,azimuth,elevation; a sixth column, the distance in centimetres since 2023 or the level in dBFS of
    /// `localize --levels`, is ignored.
    public struct Row: Sendable, Hashable {
        /// The block [100 frame, 100 frame + 100) ms; 0 or more.
        public var frame: Int
        public var classIndex: Int
        public var track: Int
        /// Degrees, -180...180.
        public var azimuth: Float
        /// Degrees, -90...90.
        public var elevation: Float

        public init(frame: Int, classIndex: Int, track: Int, azimuth: Float, elevation: Float) {
            self.frame = frame
            self.classIndex = classIndex
            self.track = track
            self.azimuth = azimuth
            self.elevation = elevation
        }

        public var direction: Direction { Direction(azimuth: azimuth, elevation: elevation) }
    }

    /// In the order of the file.
    public var rows: [Row]
    /// Lines that repeat the frame, class and track of an earlier row; only the first is used.
    public let repeatedLines: [Int]
    /// Lines whose azimuth exceeds 180 degrees.
    public let wrappedLines: [Int]

    public init(rows: [Row]) {
        self.rows = rows
        repeatedLines = []
        wrappedLines = []
    }

    /// One more than the last row's frame; 0 without rows.
    public var frameCount: Int { (rows.lazy.map(\.frame).max() ?? -1) + 1 }

    /// A limit of frames (about 28 hours), so that one wrong number does not allocate a huge table.
    public static let frameLimit = 1_000_000

    /// - Parameter wrapsAzimuths: see `init(text:path:wrapsAzimuths:)`.
    public static func read(_ path: String, wrapsAzimuths: Bool = false) throws(MetadataError) -> MetadataCSV {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch { throw .file(error) }
        return try MetadataCSV(text: String(decoding: bytes, as: UTF8.self), path: path, wrapsAzimuths: wrapsAzimuths)
    }

    /// - Parameters:
    ///   - text: rows of five columns, or six; empty lines are skipped, both line endings accepted.
    ///   - path: the file's name in errors.
    ///   - wrapsAzimuths: azimuths from 180 to 360 degrees are reduced by 360 instead of being errors.
    public init(text: String, path: String, wrapsAzimuths: Bool = false) throws(MetadataError) {
        var rows: [Row] = []
        var repeated: [Int] = []
        var wrapped: [Int] = []
        var seen = Set<[Int]>()
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let columns = raw.split(separator: ",", omittingEmptySubsequences: false).map { Self.trimmed($0) }
            if columns.isEmpty || columns == [""] { continue }
            let line = index + 1
            func fault(_ expected: String, _ found: String) -> MetadataError {
                .badRow(path: path, line: line, expected: expected, found: found)
            }
            if columns[0] == "sound_event_recording" { throw .events(path: path, line: line) }
            guard (5...6).contains(columns.count) else {
                throw fault("5 or 6 columns frame,class,track,azimuth,elevation[,distance]", "\(columns.count): \(raw)")
            }
            func integer(_ column: Int, _ name: String, _ range: ClosedRange<Int>) throws(MetadataError) -> Int {
                guard let value = Int(columns[column]), range.contains(value) else {
                    throw fault("a whole \(name) of 0 or more", columns[column])
                }
                return value
            }
            func degrees(_ column: Int, _ name: String, _ range: ClosedRange<Float>) throws(MetadataError) -> Float {
                guard let value = Float(columns[column]), range.contains(value) else {
                    throw fault("\(name) in \(Int(range.lowerBound))...\(Int(range.upperBound)) degrees", columns[column])
                }
                return value
            }
            var row = Row(
                frame: try integer(0, "frame (below \(Self.frameLimit))", 0...Self.frameLimit - 1),
                classIndex: try integer(1, "class", 0...Int.max), track: try integer(2, "track", 0...Int.max),
                azimuth: try degrees(3, "azimuth", wrapsAzimuths ? -180...360 : -180...180),
                elevation: try degrees(4, "elevation", -90...90))
            if columns.count == 6, !Self.isDistanceOrLevel(columns[5], beside: row) {
                throw fault(
                    "azimuth and elevation in degrees and a distance in centimetres or a level in dBFS",
                    "\(columns[3...].joined(separator: ","))")
            }
            if row.azimuth > 180 {
                row.azimuth -= 360
                wrapped.append(line)
            }
            if seen.insert([row.frame, row.classIndex, row.track]).inserted {
                rows.append(row)
            } else {
                repeated.append(line)
            }
        }
        self.rows = rows
        repeatedLines = repeated
        wrappedLines = wrapped
    }

    /// Whether a sixth column is a distance, or a level, which is negative. If the last three columns are all within 1, they are
    /// Cartesian coordinates (x, y, z): labelled sources are never that near.
    private static func isDistanceOrLevel(_ text: String, beside row: Row) -> Bool {
        guard let value = Float(text), value >= -200, value.isFinite else { return false }
        return max(abs(row.azimuth), abs(row.elevation), abs(value)) > 1
    }

    /// A warning about azimuths above 180 degrees; nil if there are none.
    public func wrappedRemark(path: String) -> String? {
        wrappedLines.first.map {
            "\(path):\($0): \(wrappedLines.count) azimuths above 180 degrees are reduced by 360"
        }
    }

    /// Replaces a file in one step, or leaves it unchanged.
    public func write(to path: String) throws(MetadataError) {
        do { try WholeFile.write(Array(text.utf8), to: path) } catch { throw .file(error) }
    }

    /// The rows as csv; whole degrees without a decimal point, others with up to one decimal.
    public var text: String {
        rows.map { row in
            "\(row.frame),\(row.classIndex),\(row.track),\(Self.written(row.azimuth)),\(Self.written(row.elevation))\n"
        }.joined()
    }

    private static func written(_ degrees: Float) -> String {
        let tenths = Int((degrees * 10).rounded())
        if tenths % 10 == 0 { return "\(tenths / 10)" }
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension MetadataCSV {
    /// The tracks of a tracker: class 0, ids in the track column.
    /// - Parameter tracks: of each block.
    public init(tracks: [[LabelledDirection]]) {
        self.init(
            rows: tracks.enumerated().flatMap { frame, labels in
                labels.map {
                    Row(
                        frame: frame, classIndex: 0, track: $0.identity, azimuth: $0.direction.azimuth,
                        elevation: $0.direction.elevation)
                }
            })
    }
}
