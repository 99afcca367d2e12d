import Geometry
import Glibc

/// The motion of a track: a smoothed angular velocity, applied along great circles.
struct AngularVelocity {
    /// Weight of the newest motion. Noise of 5 degrees in a direction leaves about 1.3 degrees a block here.
    private static let smoothing: Float = 0.25
    /// Limit in degrees a block (80 degrees per second): faster motion is noise or another source.
    private static let fastest: Float = 8

    /// Rotation axis times degrees a block.
    private var x: Float = 0
    private var y: Float = 0
    private var z: Float = 0

    /// Updates the velocity from the present direction of a track and the last observed one, a number of blocks ago.
    mutating func turn(from last: Direction, to now: Direction, blocks: Int) {
        let (ax, ay, az) = (
            last.y * now.z - last.z * now.y, last.z * now.x - last.x * now.z, last.x * now.y - last.y * now.x
        )
        let sine = (ax * ax + ay * ay + az * az).squareRoot()
        let rate = sine > 1e-6 ? last.angle(to: now) / (sine * Float(blocks)) : 0
        x += Self.smoothing * (ax * rate - x)
        y += Self.smoothing * (ay * rate - y)
        z += Self.smoothing * (az * rate - z)
        let speed = (x * x + y * y + z * z).squareRoot()
        guard speed > Self.fastest else { return }
        (x, y, z) = (x * Self.fastest / speed, y * Self.fastest / speed, z * Self.fastest / speed)
    }

    /// The predicted direction of a track a number of blocks after its last observation (Rodrigues' rotation).
    func direction(from last: Direction, after blocks: Int) -> Direction {
        let speed = (x * x + y * y + z * z).squareRoot()
        guard speed > 1e-3 else { return last }
        let (ux, uy, uz) = (x / speed, y / speed, z / speed)
        let angle = speed * Float(blocks) * .pi / 180
        let (cosine, sine) = (cosf(angle), sinf(angle))
        let along = (ux * last.x + uy * last.y + uz * last.z) * (1 - cosine)
        return Direction(
            towards: last.x * cosine + (uy * last.z - uz * last.y) * sine + ux * along,
            last.y * cosine + (uz * last.x - ux * last.z) * sine + uy * along,
            last.z * cosine + (ux * last.y - uy * last.x) * sine + uz * along)
    }
}
