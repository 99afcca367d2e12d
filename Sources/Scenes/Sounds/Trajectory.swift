public import Geometry
import Glibc
package import Platform
import Signal

/// The position of a source relative to the array during its event: fixed, on an arc about the array, or on a walk through the
/// room.
public struct Trajectory: Sendable, Hashable {
    /// Maximum speed of a source in degrees per second.
    public static let fastest: Float = Walk.fastest

    private enum Path: Sendable, Hashable {
        case arc(Arc)
        case walk(Walk)
    }

    private let path: Path

    /// A fixed source.
    public init(still direction: Direction, distance: Float) {
        self.init(start: direction, distance: distance, axis: Direction(unit: 0, 0, 1), speed: 0, span: 360)
    }

    /// - Parameters:
    ///   - distance: metres from the array's centre.
    ///   - axis: axis of the movement.
    ///   - speed: degrees per second, counter-clockwise about the axis; 0 for a fixed source.
    ///   - span: degrees after which the movement reverses.
    public init(start: Direction, distance: Float, axis: Direction, speed: Float, span: Float) {
        precondition(abs(speed) <= Self.fastest, "a source moves at up to \(Self.fastest) degrees a second, found \(speed)")
        precondition(span > 0, "an arc has a length, found \(span) degrees")
        path = .arc(Arc(distance: distance, start: start, axis: axis, speed: speed, span: span))
    }

    public init(_ walk: Walk) { path = .walk(walk) }

    public var isMoving: Bool {
        switch path {
        case .arc(let arc): arc.speed != 0
        case .walk: true
        }
    }

    /// True if the distance changes too, so that propagation delays change.
    var changesDistance: Bool {
        if case .walk = path { true } else { false }
    }

    public var start: Direction { direction(at: 0) }

    /// Initial distance from the array's centre in metres.
    public var distance: Float { distance(at: 0) }

    /// Distance from the array's centre in metres.
    public func distance(at seconds: Float) -> Float {
        switch path {
        case .arc(let arc): arc.distance
        case .walk(let walk): Walk.norm(walk.position(at: seconds))
        }
    }

    /// The direction of the direct sound in array axes, as in the labels.
    ///
    /// - Parameter seconds: since the event's beginning, at the source.
    public func direction(at seconds: Float) -> Direction {
        let place = position(at: seconds)
        return Direction(towards: place.x, place.y, place.z)
    }

    /// Metres from the array's centre in array axes.
    public func position(at seconds: Float) -> SIMD3<Float> {
        switch path {
        case .arc(let arc): arc.position(at: seconds)
        case .walk(let walk): walk.position(at: seconds)
        }
    }

    /// The emission time of the sound that arrives at the array.
    ///
    /// - Parameter seconds: at the array, since the event's first sound arrived there.
    /// - Returns: seconds at the source since its beginning.
    public func emission(arriving seconds: Float) -> Float {
        guard changesDistance else { return seconds }
        let first = distance
        var emitted = seconds
        // Contracts by speed over speed of sound, 1/200, in each iteration.
        for _ in 0..<3 { emitted = seconds - (distance(at: emitted) - first) / Acoustics.speedOfSound }
        return emitted
    }

    /// A trajectory within a room, or nil if this draw found no position.
    ///
    /// - Parameters: `moving`: whether the source moves; `seconds`: its duration; all positions are at least 0.3 m from walls.
    package static func random(
        in room: Room, array: ArrayPlacement, moving: Bool, seconds: Float, using random: inout RandomSource
    ) -> Trajectory? {
        if moving, random.chance(0.5) {
            return Walk.random(in: room, array: array, seconds: seconds, using: &random).map { Trajectory($0) }
        }
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
