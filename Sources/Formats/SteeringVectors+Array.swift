public import Audio
public import Features
import Geometry

extension SteeringVectors {
    /// Number of candidate directions, 6 degrees apart.
    private static let count = 1000

    /// Steering vectors of an array's capsules.
    public convenience init(of geometry: ArrayGeometry) {
        let directions = ArrayGeometry.directions(Self.count)
        self.init(directions: directions.map { SIMD3($0.x, $0.y, $0.z) }) {
            geometry.responses(frequency: $0, to: directions)
        }
    }
}
