public import Audio
public import Features
public import Geometry
import Signal

/// What features and refinement compute from an array's geometry, once: for Ambisonics, and for networks of one array without refinement, nothing.
public struct ArrayTables: Sendable {
    /// What directions are refined by; nil: of capsules they are not refined.
    public let steering: SteeringVectors?
    /// The map of array-independent features; nil for others.
    public let map: HarmonicMap?
    /// The meaning of directions' elevations.
    public var elevation = ElevationSense.signed
    /// Channels of the audio that features are extracted from: the array's capsules for array-independent features, otherwise four.
    public let channels: Int

    public static let none = ArrayTables(steering: nil, map: nil)

    public init(steering: SteeringVectors?, map: HarmonicMap?) {
        (self.steering, self.map) = (steering, map)
        channels = map?.capsules ?? FrameLayout.channels
        precondition(steering.map { $0.capsules == channels } ?? true, "a map and steering vectors of the same capsules")
    }

    /// - Parameters:
    ///   - geometry: of the capsules; nil for Ambisonics, and for capsules of which nothing is known.
    ///   - refines: whether steering vectors are wanted.
    public init(for kind: FeatureKind, of geometry: ArrayGeometry?, refines: Bool = true) {
        precondition(!kind.isArrayIndependent || geometry != nil, "\(kind.rawValue) is computed from the array's geometry")
        steering = refines && kind.hasFullCovariance && !kind.isAmbisonic ? geometry.map { SteeringVectors(of: $0) } : nil
        map = kind.isArrayIndependent ? geometry.map { HarmonicMap(of: $0) } : nil
        elevation = kind.isAmbisonic ? .signed : geometry?.elevation ?? .signed
        channels = map?.capsules ?? FrameLayout.channels
    }
}

extension SteeringVectors {
    /// Of an array's capsules; directions are 6 degrees apart, over the half of the sphere above capsules in a horizontal plane.
    public convenience init(of geometry: ArrayGeometry) {
        let isHalf = geometry.elevation == .unsigned
        let directions = isHalf ? ArrayTables.upperDirections : ArrayGeometry.directions(ArrayTables.directions)
        self.init(capsules: geometry.capsules.count, directions: directions.map { SIMD3($0.x, $0.y, $0.z) }) {
            geometry.responses(frequency: $0, to: directions)
        }
    }
}

extension HarmonicMap {
    /// Of an array's capsules.
    public convenience init(of geometry: ArrayGeometry) {
        let directions = ArrayGeometry.directions(ArrayTables.directions)
        self.init(capsules: geometry.capsules.count, directions: directions.map { SIMD3($0.x, $0.y, $0.z) }) {
            geometry.responses(frequency: $0, to: directions)
        }
    }
}

extension ArrayTables {
    fileprivate static let directions = 1000
    /// As dense; whole chunks of `SteeringVectors`.
    fileprivate static let upperDirections = ArrayGeometry.directions(1008).filter { $0.z > 0 }
}
