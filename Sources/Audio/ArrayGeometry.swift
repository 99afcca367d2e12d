public import Geometry

/// Where the capsules of a microphone array sit, and on what.
public struct ArrayGeometry: Sendable, Hashable {
    /// What the capsules are mounted on: it decides how the array's own body bends sound.
    public enum Mount: String, Sendable, Hashable {
        /// Capsules in free air.
        case open
        /// Capsules flush with the surface of a rigid sphere.
        case rigidSphere = "rigid-sphere"
    }

    public struct Capsule: Sendable, Hashable {
        /// From the array's centre.
        public var direction: Direction
        /// Metres from the array's centre.
        public var radius: Float

        public init(direction: Direction, radius: Float) {
            self.direction = direction
            self.radius = radius
        }

        /// Metres: x front, y left, z up.
        public var position: SIMD3<Float> { SIMD3(direction.x, direction.y, direction.z) * radius }
    }

    public let name: String
    public let mount: Mount
    /// In channel order.
    public let capsules: [Capsule]

    public init(name: String, mount: Mount, capsules: [Capsule]) {
        self.name = name
        self.mount = mount
        self.capsules = capsules
    }

    /// Metres between two capsules.
    public func spacing(_ a: Int, _ b: Int) -> Float {
        let apart = capsules[a].position - capsules[b].position
        return (apart * apart).sum().squareRoot()
    }

    /// The array of the TAU-NIGENS MIC format: a rigid sphere of 4.2 cm with capsules at (azimuth, elevation)
    /// (45, 35), (-45, -35), (135, -35), (-135, 35) degrees.
    public static let tetrahedral = ArrayGeometry(
        name: "tetrahedral", mount: .rigidSphere,
        capsules: [(45, 35), (-45, -35), (135, -35), (-135, 35)].map { azimuth, elevation in
            Capsule(direction: Direction(azimuth: azimuth, elevation: elevation), radius: 0.042)
        })
}
