import Glibc

/// A direction as a unit vector: x front, y left, z up.
///
/// Azimuth is counter-clockwise from the front (left is +90 degrees), elevation is up; degrees throughout.
@frozen
public struct Direction: Sendable, Hashable {
    public let x: Float
    public let y: Float
    public let z: Float

    public static let front = Direction(unit: 1, 0, 0)

    /// A vector that already has length 1.
    @inlinable
    public init(unit x: Float, _ y: Float, _ z: Float) {
        self.x = x
        self.y = y
        self.z = z
    }

    /// The direction of any vector; a vector of (nearly) zero length, or not finite, gives the front.
    public init(towards x: Float, _ y: Float, _ z: Float) {
        let length = (x * x + y * y + z * z).squareRoot()
        guard length.isFinite, length > 1e-12 else {
            self = .front
            return
        }
        self.init(unit: x / length, y / length, z / length)
    }

    /// - Parameters: degrees; any azimuth, elevation in -90...90.
    public init(azimuth: Float, elevation: Float) {
        let a = Double(azimuth) * .pi / 180
        let e = Double(elevation) * .pi / 180
        self.init(unit: Float(cos(a) * cos(e)), Float(sin(a) * cos(e)), Float(sin(e)))
    }

    /// Degrees in (-180, 180].
    public var azimuth: Float {
        let degrees = Float(atan2(Double(y), Double(x)) * 180 / .pi)
        return degrees <= -180 ? 180 : degrees
    }

    /// Degrees in -90...90.
    public var elevation: Float { Float(asin(Double(min(max(z, -1), 1))) * 180 / .pi) }

    /// A direction between this one and another, on the great circle through both: `share` 0 is this one, 1 the other. For
    /// directions less than 90 degrees apart, for which the share of the chord approximates that of the arc.
    public func towards(_ other: Direction, by share: Float) -> Direction {
        let rest = 1 - share
        return Direction(towards: rest * x + share * other.x, rest * y + share * other.y, rest * z + share * other.z)
    }

    /// The great-circle angle between two directions, degrees in 0...180.
    ///
    /// By atan2 of cross and dot product: accurate for small angles too, where the arc cosine is not.
    public func angle(to other: Direction) -> Float {
        let (ax, ay, az) = (Double(x), Double(y), Double(z))
        let (bx, by, bz) = (Double(other.x), Double(other.y), Double(other.z))
        let (cx, cy, cz) = (ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
        let cross = (cx * cx + cy * cy + cz * cz).squareRoot()
        return Float(atan2(cross, ax * bx + ay * by + az * bz) * 180 / .pi)
    }
}
