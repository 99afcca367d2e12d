/// The meaning of the elevations of an array's directions. The raw value is used in the feed and in files.
public enum ElevationSense: String, Sendable, Hashable {
    /// Degrees upwards, -90 to 90.
    case signed
    /// The angle above or below the array's horizontal plane: capsules in that plane cannot distinguish the two sides.
    case unsigned

    /// A direction in the array's axes as it is reported: without a sign, the one above the plane.
    public func reported(_ direction: Direction) -> Direction {
        self == .unsigned && direction.z < 0 ? Direction(unit: direction.x, direction.y, -direction.z) : direction
    }
}
