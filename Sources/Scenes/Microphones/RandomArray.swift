public import Audio
import Geometry
import Glibc
package import Platform

/// An array that is drawn for one room: what its array file says, and what captures the sound.
///
/// Four families, as users have them: tetrahedra in open air, regular or not, omnidirectional or cardioid; rigid spheres; irregular
/// arrays in open air; planar arrays in open air. Every second array is rotated at random, planar ones about the vertical alone. A capsule's
/// actual place differs from the nominal one as those of built arrays do.
public struct RandomArray: Sendable, Hashable {
    /// What a user would write into an array file.
    public let nominal: ArrayGeometry
    /// With the tolerance of its capsules' places.
    public let actual: ArrayGeometry

    private enum Family: Int, CaseIterable {
        case tetrahedron, cardioids, sphere, irregular, planar
    }

    /// Raised whenever a seed gives other arrays.
    static let version = 1

    /// Metres: at most so far is a capsule from its nominal place, along each axis.
    private static let tolerance: Float = 0.0007

    /// Draws an array.
    package static func random(using random: inout RandomSource) -> RandomArray {
        let family = Family.allCases[random.index(below: Family.allCases.count)]
        let isRotated = random.chance(0.5)
        let yaw = random.uniform(-180...180)
        let tilt = SIMD2(random.uniform(-180...180), random.uniform(-180...180))
        let capsules = capsules(family, &random)
        let rotation =
            !isRotated ? Rotation.none : Rotation(yaw: yaw, pitch: family == .planar ? 0 : tilt.x, roll: family == .planar ? 0 : tilt.y)
        let mount: ArrayGeometry.Mount = family == .sphere ? .rigidSphere : .open
        let nominal = ArrayGeometry(name: "\(family)", mount: mount, capsules: capsules).rotated(by: rotation)
        let spread = random.uniform(0...tolerance)
        let actual = nominal.capsules.map { displaced($0, by: spread, on: mount, &random) }
        return RandomArray(
            nominal: nominal,
            actual: ArrayGeometry(name: "\(family)", mount: mount, capsules: actual))
    }

    private static func capsules(_ family: Family, _ random: inout RandomSource) -> [ArrayGeometry.Capsule] {
        let corners = ArrayGeometry.tetrahedral.capsules.map(\.direction)
        switch family {
        case .tetrahedron:
            let radius = random.uniform(0.012...0.065)
            let irregularity = random.chance(0.5) ? random.uniform(0...20) : 0
            return corners.map { ArrayGeometry.Capsule(direction: near($0, degrees: irregularity, &random), radius: radius) }
        case .cardioids:
            let radius = random.uniform(0.008...0.03)
            let directivity = random.uniform(0.4...0.7)
            return corners.map { ArrayGeometry.Capsule(direction: $0, radius: radius, directivity: directivity) }
        case .sphere:
            let radius = random.uniform(0.022...0.055)
            let irregularity = random.chance(0.5) ? random.uniform(0...15) : 0
            return corners.map { ArrayGeometry.Capsule(direction: near($0, degrees: irregularity, &random), radius: radius) }
        case .irregular:
            return spread(size: random.uniform(0.025...0.09), height: 1, &random)
        case .planar:
            let size = random.uniform(0.018...0.06)
            guard random.chance(0.7) else { return spread(size: size, height: 0, &random) }
            // A square or a rectangle, its corners at the diagonal's ends.
            let half = random.chance(0.6) ? 45 : random.uniform(25...65)
            return [half, 180 - half, 180 + half, -half].map {
                ArrayGeometry.Capsule(direction: Direction(azimuth: $0, elevation: 0), radius: size)
            }
        }
    }

    /// Capsules anywhere in a box, every two of them at least 0.6 of its size apart.
    /// - Parameters: `size`, metres from side to side; `height`, its share of that.
    private static func spread(size: Float, height: Float, _ random: inout RandomSource) -> [ArrayGeometry.Capsule] {
        while true {
            let places = (0..<AudioFormat.channels).map { _ in
                size * SIMD3(random.uniform(-0.5...0.5), random.uniform(-0.5...0.5), height * random.uniform(-0.5...0.5))
            }
            let isApart = places.indices.allSatisfy { a in
                places[..<a].allSatisfy { b in ((places[a] - b) * (places[a] - b)).sum() >= 0.36 * size * size }
            }
            guard isApart else { continue }
            let centre = places.reduce(.zero, +) / Float(places.count)
            return places.map { ArrayGeometry.Capsule(position: $0 - centre) }
        }
    }

    /// A direction at most so many degrees from another.
    private static func near(_ direction: Direction, degrees: Float, _ random: inout RandomSource) -> Direction {
        let reach = tan(degrees * .pi / 180)
        let side = SIMD3(random.uniform(-1...1), random.uniform(-1...1), random.uniform(-1...1)) * (reach / Float(3).squareRoot())
        return Direction(towards: direction.x + side.x, direction.y + side.y, direction.z + side.z)
    }

    /// Somewhere near its place; on a sphere, near its place on the surface.
    private static func displaced(
        _ capsule: ArrayGeometry.Capsule, by spread: Float, on mount: ArrayGeometry.Mount, _ random: inout RandomSource
    ) -> ArrayGeometry.Capsule {
        let offset = spread * SIMD3(random.uniform(-1...1), random.uniform(-1...1), random.uniform(-1...1))
        let place = capsule.position + offset
        switch mount {
        case .open: return ArrayGeometry.Capsule(position: place, aim: capsule.aim, directivity: capsule.directivity)
        case .rigidSphere:
            return ArrayGeometry.Capsule(direction: Direction(towards: place.x, place.y, place.z), radius: capsule.radius)
        }
    }
}
