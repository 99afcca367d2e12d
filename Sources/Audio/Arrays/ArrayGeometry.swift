public import Geometry

/// Positions and aims of the capsules of a microphone array, and their mount.
public struct ArrayGeometry: Sendable, Hashable {
    /// The mount of the capsules; it determines how the array's body diffracts sound.
    public enum Mount: String, Sendable, Hashable, CaseIterable {
        /// Capsules in free air.
        case open
        /// Capsules flush with the surface of a rigid sphere: omnidirectional, all at one radius.
        case rigidSphere = "rigid-sphere"
    }

    public struct Capsule: Sendable, Hashable {
        /// Metres from the array's centre: x front, y left, z up.
        public var position: SIMD3<Float>
        /// Aim of the capsule, the direction of its largest sensitivity; meaningless for an omnidirectional capsule.
        public var aim: Direction
        /// Share of pressure in its response: 1 omnidirectional, 0.5 cardioid, 0 figure of eight.
        public var directivity: Float
        /// Deviation from an equal capsule in dB, and delay in seconds, for example of its converter (`bearing calibrate`).
        public var gain: Float = 0
        public var delay: Float = 0

        /// - Parameter aim: nil aims outward, away from the array's centre.
        public init(position: SIMD3<Float>, aim: Direction? = nil, directivity: Float = 1) {
            self.position = position
            self.aim = aim ?? Direction(towards: position.x, position.y, position.z)
            self.directivity = directivity
        }

        /// A capsule that lies `radius` metres from the array's centre.
        public init(direction: Direction, radius: Float, aim: Direction? = nil, directivity: Float = 1) {
            self.init(
                position: SIMD3(direction.x, direction.y, direction.z) * radius, aim: aim ?? direction,
                directivity: directivity)
        }

        /// Direction from the array's centre; the front for a capsule in the centre.
        public var direction: Direction { Direction(towards: position.x, position.y, position.z) }

        /// Distance from the array's centre in metres.
        public var radius: Float { (position * position).sum().squareRoot() }

        /// Response to a plane wave of pressure 1: directivity + (1 - directivity) cos(angle between aim and source).
        public func sensitivity(to source: Direction) -> Float {
            directivity + (1 - directivity) * (aim.x * source.x + aim.y * source.y + aim.z * source.z)
        }
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

    /// The array in other axes.
    /// - Parameter rotation: from its axes to the others.
    public func rotated(by rotation: Rotation) -> ArrayGeometry {
        let capsules = capsules.map { capsule in
            var capsule = capsule
            (capsule.position, capsule.aim) = (rotation(capsule.position), rotation(capsule.aim))
            return capsule
        }
        return ArrayGeometry(name: name, mount: mount, capsules: capsules)
    }

    /// Distance between two capsules in metres.
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
