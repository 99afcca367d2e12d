public import Audio
import Geometry
import Glibc
package import Platform

/// An array that is drawn for one room: what its array file says, and what captures the sound.
///
/// Five families, as users have them: capsules around a centre in open air, tetrahedra if four, regular or not; cardioids; rigid spheres;
/// irregular arrays in open air; planar arrays in open air. Two of five arrays have four capsules, the others up to eight, planar
/// ones three too. Every second array is rotated at random, planar ones about the vertical alone. A capsule's
/// actual place differs from the nominal one as those of built arrays do.
public struct RandomArray: Sendable, Hashable {
    /// What a user would write into an array file.
    public let nominal: ArrayGeometry
    /// With the tolerance of its capsules' places.
    public let actual: ArrayGeometry

    private enum Family: Int, CaseIterable {
        case around, cardioids, sphere, irregular, planar

        func capsules(using random: inout RandomSource) -> Int {
            guard random.chance(0.6) else { return 4 }
            let counts = self == .planar ? [3, 5, 6, 7, 8] : [5, 6, 7, 8]
            return counts[random.index(below: counts.count)]
        }
    }

    /// Raised whenever a seed gives other arrays.
    static let version = 2

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
        let count = family.capsules(using: &random)
        switch family {
        case .around:
            let radius = random.uniform(0.012...0.065)
            let irregularity = random.chance(0.5) ? random.uniform(0...20) : 0
            return around(count, radius: radius, irregularity: irregularity, &random)
        case .cardioids:
            let radius = random.uniform(0.008...0.03)
            let directivity = random.uniform(0.4...0.7)
            return directions(count, &random).map { ArrayGeometry.Capsule(direction: $0, radius: radius, directivity: directivity) }
        case .sphere:
            let radius = random.uniform(0.022...0.055)
            let irregularity = random.chance(0.5) ? random.uniform(0...15) : 0
            return around(count, radius: radius, irregularity: irregularity, &random)
        case .irregular:
            return spread(count, size: random.uniform(0.025...0.09), height: 1, &random)
        case .planar:
            let size = random.uniform(0.018...0.06)
            // Three anywhere might lie in a line.
            guard count == 3 || random.chance(0.7) else { return spread(count, size: size, height: 0, &random) }
            guard count == 4 else { return ring(count, radius: size, &random) }
            // A square or a rectangle, its corners at the diagonal's ends.
            let half = random.chance(0.6) ? 45 : random.uniform(25...65)
            return [half, 180 - half, 180 + half, -half].map {
                ArrayGeometry.Capsule(direction: Direction(azimuth: $0, elevation: 0), radius: size)
            }
        }
    }

    /// Capsules around the centre, at most `irregularity` degrees off.
    private static func around(
        _ count: Int, radius: Float, irregularity: Float, _ random: inout RandomSource
    ) -> [ArrayGeometry.Capsule] {
        directions(count, &random).map { ArrayGeometry.Capsule(direction: near($0, degrees: irregularity, &random), radius: radius) }
    }

    /// The corners of a tetrahedron, or as many directions that keep away from each other.
    private static func directions(_ count: Int, _ random: inout RandomSource) -> [Direction] {
        guard count != 4 else { return ArrayGeometry.tetrahedral.capsules.map(\.direction) }
        return farApart(count, limit: 2, using: &random) { $0.direction() }.map { Direction(unit: $0.x, $0.y, $0.z) }
    }

    /// Capsules at equal angles on a circle, in every second array of five or more with one of them in the centre.
    private static func ring(_ count: Int, radius: Float, _ random: inout RandomSource) -> [ArrayGeometry.Capsule] {
        let hasCentre = count >= 5 && random.chance(0.5)
        let around = hasCentre ? count - 1 : count
        let capsules = (0..<around).map {
            ArrayGeometry.Capsule(direction: Direction(azimuth: 360 * Float($0) / Float(around), elevation: 0), radius: radius)
        }
        return hasCentre ? capsules + [ArrayGeometry.Capsule(position: .zero)] : capsules
    }

    /// Capsules anywhere in a box, every two of them 0.6 of its size apart if so many fit.
    /// - Parameters: `size`, metres from side to side; `height`, its share of that.
    private static func spread(_ count: Int, size: Float, height: Float, _ random: inout RandomSource) -> [ArrayGeometry.Capsule] {
        let places = farApart(count, limit: 0.6 * size, using: &random) { random in
            size * SIMD3(random.uniform(-0.5...0.5), random.uniform(-0.5...0.5), height * random.uniform(-0.5...0.5))
        }
        let centre = places.reduce(.zero, +) / Float(places.count)
        return places.map { ArrayGeometry.Capsule(position: $0 - centre) }
    }

    /// Random points, each at least `limit` from all others, or as far as is found in a few dozen draws.
    private static func farApart(
        _ count: Int, limit: Float, using random: inout RandomSource, draw: (inout RandomSource) -> SIMD3<Float>
    ) -> [SIMD3<Float>] {
        var points: [SIMD3<Float>] = []
        var limit = limit
        while points.count < count {
            let point = draw(&random)
            guard points.allSatisfy({ (($0 - point) * ($0 - point)).sum() >= limit * limit }) else {
                limit *= 0.98
                continue
            }
            points.append(point)
        }
        return points
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
