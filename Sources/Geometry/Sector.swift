/// A part of the sphere of directions: a range of azimuth and one of elevation.
@frozen
public struct Sector: Sendable, Hashable {
    /// Degrees; counter-clockwise from `start`, over +-180 where it must.
    public let start: Float
    /// Degrees counter-clockwise from `start`, 360 at most: all around.
    public let width: Float
    /// Degrees, both ends included.
    public let elevations: ClosedRange<Float>

    /// - Parameters:
    ///   - azimuth: degrees, from the first counter-clockwise to the second: (170, -170) is 20 degrees behind; nil is all around.
    ///   - elevation: degrees.
    public init(azimuth: (from: Float, to: Float)?, elevation: ClosedRange<Float> = -90...90) {
        elevations = elevation
        guard let azimuth, abs(azimuth.to - azimuth.from) < 360 else {
            (start, width) = (-180, 360)
            return
        }
        start = azimuth.from
        width = Self.turn(azimuth.to - azimuth.from)
    }

    /// Whether a direction lies in it, its edges included.
    public func contains(_ direction: Direction) -> Bool {
        guard elevations.contains(direction.elevation) else { return false }
        return width >= 360 || Self.turn(direction.azimuth - start) <= width
    }

    /// Degrees in 0 ..< 360.
    private static func turn(_ degrees: Float) -> Float {
        let rest = degrees.truncatingRemainder(dividingBy: 360)
        return rest < 0 ? rest + 360 : rest
    }
}
