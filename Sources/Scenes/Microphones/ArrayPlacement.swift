public import Geometry
import Glibc
package import Platform

/// Position and heading of the array in its room.
public struct ArrayPlacement: Sendable, Hashable {
    /// Room coordinates, metres.
    public let position: SIMD3<Float>
    /// Degrees from the room's x axis to the array's front, counter-clockwise.
    public let yaw: Float
    private let cosine, sine: Float

    public init(position: SIMD3<Float>, yaw: Float) {
        self.position = position
        self.yaw = yaw
        cosine = cos(yaw * .pi / 180)
        sine = sin(yaw * .pi / 180)
    }

    /// Room coordinates of a position given in array axes.
    public func inRoom(_ place: SIMD3<Float>) -> SIMD3<Float> {
        position + SIMD3(cosine * place.x - sine * place.y, sine * place.x + cosine * place.y, place.z)
    }

    /// Array axes of a position given in room coordinates.
    public func inArray(_ place: SIMD3<Float>) -> SIMD3<Float> {
        let offset = place - position
        return SIMD3(
            cosine * offset.x + sine * offset.y, cosine * offset.y - sine * offset.x, offset.z)
    }

    /// The direction in array axes of an offset in room axes.
    public func direction(ofOffset offset: SIMD3<Float>, distance: Float) -> Direction {
        let scale = 1 / max(distance, 1e-6)
        return Direction(
            unit: (cosine * offset.x + sine * offset.y) * scale, (cosine * offset.y - sine * offset.x) * scale,
            offset.z * scale)
    }

    /// A random position in a room, at least 0.8 m from the walls, 0.8 to 1.8 m above the floor.
    package static func random(in room: Room, using random: inout RandomSource) -> ArrayPlacement {
        ArrayPlacement(
            position: SIMD3(
                random.uniform(0.8...room.size.x - 0.8), random.uniform(0.8...room.size.y - 0.8),
                random.uniform(0.8...min(1.8, room.size.z - 0.8))),
            yaw: random.uniform(-180...180))
    }
}
