public import Geometry
import Glibc

/// Where a source is, seen from the array, at every moment of its event: still, or on an arc of a circle about an axis
/// through the array's centre, to and fro where the room has no space for more.
public struct Trajectory: Sendable, Hashable {
    /// Degrees a second that no source exceeds.
    public static let fastest: Float = 40

    /// Metres from the array's centre.
    public let distance: Float
    public let start: Direction
    /// What the source turns about.
    public let axis: Direction
    /// Degrees a second, counter-clockwise about the axis; 0 for a still source.
    public let speed: Float
    /// Degrees after which the source turns back.
    public let span: Float

    /// A source that stays.
    public init(still direction: Direction, distance: Float) {
        self.init(start: direction, distance: distance, axis: Direction(unit: 0, 0, 1), speed: 0, span: 360)
    }

    public init(start: Direction, distance: Float, axis: Direction, speed: Float, span: Float) {
        precondition(abs(speed) <= Self.fastest, "a source moves at up to \(Self.fastest) degrees a second, found \(speed)")
        precondition(span > 0, "an arc has a length, found \(span) degrees")
        self.distance = distance
        self.start = start
        self.axis = axis
        self.speed = speed
        self.span = span
    }

    public var isMoving: Bool { speed != 0 }

    /// The direction of the direct sound in array axes: the truth that labels tell.
    ///
    /// - Parameter seconds: since the event's beginning, at the source.
    public func direction(at seconds: Float) -> Direction {
        guard isMoving else { return start }
        let travelled = abs(speed) * max(seconds, 0)
        let phase = travelled.truncatingRemainder(dividingBy: 2 * span)
        let angle = (speed < 0 ? -1 : 1) * (phase <= span ? phase : 2 * span - phase) * .pi / 180
        // Rodrigues' rotation.
        let (c, s) = (cos(angle), sin(angle))
        let (k, v) = (SIMD3(axis.x, axis.y, axis.z), SIMD3(start.x, start.y, start.z))
        let cross = SIMD3(k.y * v.z - k.z * v.y, k.z * v.x - k.x * v.z, k.x * v.y - k.y * v.x)
        let along = (k * v).sum() * (1 - c)
        let turned = c * v + s * cross + along * k
        return Direction(towards: turned.x, turned.y, turned.z)
    }

    /// Metres from the array's centre in array axes.
    public func position(at seconds: Float) -> SIMD3<Float> {
        let d = direction(at: seconds)
        return distance * SIMD3(d.x, d.y, d.z)
    }

    /// A trajectory within a room, or nil when this draw found no place.
    ///
    /// - Parameters: `moving`, whether it shall move; `seconds` it lasts; all positions keep 0.3 m from walls.
    package static func random(
        in room: Room, array: ArrayPlacement, moving: Bool, seconds: Float, using random: inout RandomSource
    ) -> Trajectory? {
        let azimuth = random.uniform(-180...180)
        // Most sources are near the array's height; some are far above or below.
        let elevation = min(max(22 * random.normal(), -60), 60)
        let start = Direction(azimuth: azimuth, elevation: elevation)
        var wanted = random.uniform(0.8...1) * random.uniform(0.8...5)
        let speed = moving ? (random.chance(0.5) ? 1 : -1) * random.uniform(4...Self.fastest) : 0
        let tilted = random.chance(0.4)
        let axis =
            tilted
            ? Direction(towards: 0.5 * random.normal(), 0.5 * random.normal(), 1) : Direction(unit: 0, 0, 1)
        let span = random.uniform(40...360)
        for _ in 0..<6 {
            let arc = Trajectory(start: start, distance: wanted, axis: axis, speed: speed, span: span)
            let steps = moving ? 48 : 0
            let fits = (0...steps).allSatisfy { step in
                let place = array.inRoom(arc.position(at: seconds * Float(step) / Float(max(steps, 1))))
                return place.min() >= 0.3 && (room.size - place).min() >= 0.3
            }
            if fits { return arc }
            wanted *= 0.75
            if wanted < 0.6 { return nil }
        }
        return nil
    }
}

/// Where the array stands in its room, and which way it looks.
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

    /// Room coordinates of a place given in array axes.
    public func inRoom(_ place: SIMD3<Float>) -> SIMD3<Float> {
        position + SIMD3(cosine * place.x - sine * place.y, sine * place.x + cosine * place.y, place.z)
    }

    /// The direction in array axes of an offset in room axes.
    public func direction(ofOffset offset: SIMD3<Float>, distance: Float) -> Direction {
        let scale = 1 / max(distance, 1e-6)
        return Direction(
            unit: (cosine * offset.x + sine * offset.y) * scale, (cosine * offset.y - sine * offset.x) * scale,
            offset.z * scale)
    }

    /// Anywhere in a room, 0.8 m or more from the walls, 0.8 to 1.8 m above the floor.
    package static func random(in room: Room, using random: inout RandomSource) -> ArrayPlacement {
        ArrayPlacement(
            position: SIMD3(
                random.uniform(0.8...room.size.x - 0.8), random.uniform(0.8...room.size.y - 0.8),
                random.uniform(0.8...min(1.8, room.size.z - 0.8))),
            yaw: random.uniform(-180...180))
    }
}
