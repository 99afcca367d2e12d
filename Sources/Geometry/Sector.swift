/// A part of the sphere of directions: a range of azimuths and a range of elevations.
@frozen
public struct Sector: Sendable, Hashable {
    /// Degrees; counter-clockwise from `start`, across +-180 if necessary.
    public let start: Float
    /// Degrees counter-clockwise from `start`, at most 360: all azimuths.
    public let width: Float
    /// Degrees, inclusive.
    public let elevations: ClosedRange<Float>

    /// - Parameters:
    ///   - azimuth: degrees, from the first counter-clockwise to the second: (170, -170) is 20 degrees behind; nil is all azimuths.
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

    /// Whether the sector contains a direction; its edges are included.
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
