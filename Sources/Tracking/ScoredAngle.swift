import Geometry

/// The angle between two directions by which tracks are scored: errors, pairs and the gate.
public enum ScoredAngle: String, Sendable, Hashable, Codable {
    /// The great-circle angle.
    case direction
    /// The difference of azimuths, for arrays that do not observe elevations. It means little near the zenith.
    case azimuth

    /// Directions of each block between which the great-circle angle is the scored one.
    func scored(_ blocks: [[LabelledDirection]]) -> [[LabelledDirection]] {
        guard self == .azimuth else { return blocks }
        return blocks.map { labels in
            labels.map {
                LabelledDirection(identity: $0.identity, direction: Direction(towards: $0.direction.x, $0.direction.y, 0))
            }
        }
    }
}
