import Geometry

/// Why sounds do not calibrate an array.
public enum CalibrationError: Error, Sendable, CustomStringConvertible {
    /// Sounds without a distinct direction: their positions among the given ones.
    case unclear([Int])
    /// A recording of a moving sound with too few distinct pieces.
    case fewPieces(found: Int, needed: Int)
    /// Directions that leave the turn uncertain by so many degrees.
    case undetermined(degrees: Double)
    /// The array's file explains this share of the sounds' power only.
    case misfit(share: Double)

    public var description: String {
        switch self {
        case .unclear(let sounds):
            "expected a distinct sound, found none from the given direction in \(sounds.count == 1 ? "sound" : "sounds") "
                + sounds.map { "\($0 + 1)" }.joined(separator: ", ")
                + ": play claps, speech or noise nearer to the array, or correct --channels and --array with `bearing check --from`"
        case .fewPieces(let found, let needed):
            "expected \(needed) half seconds of distinct sound, found \(found): record a minute of one sound that moves all around the array, "
                + "1 to 2 m away"
        case .undetermined(let degrees):
            "expected directions that determine how the array is turned within 3 degrees, found some that leave it uncertain by "
                + "\(Int(min(degrees, 180).rounded(.up))): add sounds from other sides"
        case .misfit(let share):
            "expected sounds that the array's file explains, found \(Int((100 * share).rounded())) % of them explained: verify --array, --channels and "
                + "the directions with `bearing check --from`"
        }
    }
}
