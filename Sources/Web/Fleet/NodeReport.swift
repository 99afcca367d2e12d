import FoundationEssentials
import Geometry

/// The state that a node publishes (docs/bridges.md): the number of its sources, and the leading one.
struct NodeReport: Decodable, Sendable, Hashable {
    let count: Int
    let id: Int?
    /// Of the leading track: degrees and dBFS.
    let azimuth, elevation, level: Double?

    /// Nil for a message that no bridge sends.
    init?(_ payload: [UInt8]) {
        guard let report = try? JSONDecoder().decode(NodeReport.self, from: Data(payload)), report.isPossible else { return nil }
        self = report
    }

    private var isPossible: Bool {
        guard (0...100).contains(count), (-1000...1000).contains(level ?? 0) else { return false }
        // All of a leading track, or nothing.
        guard let azimuth, let elevation, id != nil else { return azimuth == nil && elevation == nil && id == nil }
        return (-360...360).contains(azimuth) && (-90...90).contains(elevation)
    }

    /// The leading track's unit vector: x front, y left, z up.
    var direction: Direction? {
        guard let azimuth, let elevation else { return nil }
        return Direction(azimuth: Float(azimuth), elevation: Float(elevation))
    }
}
