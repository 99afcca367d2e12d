import Geometry
import Glibc

/// A circle about an axis through the array's centre, back and forth if the room does not allow more; a point at speed 0.
struct Arc: Sendable, Hashable {
    /// Metres from the array's centre.
    var distance: Float
    var start: Direction
    /// The axis of the movement.
    var axis: Direction
    /// Degrees per second, counter-clockwise about the axis.
    var speed: Float
    /// Degrees after which the movement reverses.
    var span: Float

    /// Metres from the array's centre in array axes.
    func position(at seconds: Float) -> SIMD3<Float> {
        let v = SIMD3(start.x, start.y, start.z)
        guard speed != 0 else { return distance * v }
        let travelled = abs(speed) * max(seconds, 0)
        let phase = travelled.truncatingRemainder(dividingBy: 2 * span)
        let angle = (speed < 0 ? -1 : 1) * (phase <= span ? phase : 2 * span - phase) * .pi / 180
        // Rodrigues' rotation.
        let (c, s) = (cos(angle), sin(angle))
        let k = SIMD3(axis.x, axis.y, axis.z)
        let cross = SIMD3(k.y * v.z - k.z * v.y, k.z * v.x - k.x * v.z, k.x * v.y - k.y * v.x)
        return distance * (c * v + s * cross + (k * v).sum() * (1 - c) * k)
    }
}
