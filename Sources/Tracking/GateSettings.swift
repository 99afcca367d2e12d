/// What stands between the network's output and tracks, tuned on validation.
public struct GateSettings: Sendable, Hashable, Codable {
    /// Probability from which a slot counts towards opening, 0...1.
    public var openThreshold: Float
    /// Consecutive blocks at or above it until a track opens, 1...1000.
    public var openBlocks: Int
    /// Probability down to which an open track stays, 0...`openThreshold`.
    public var stayThreshold: Float
    /// Blocks below it that a track is reported at its last direction, 0...1000.
    public var coastBlocks: Int
    /// Blocks after those in which a track is no longer reported, but goes on under its id if it is heard again, 0...1000.
    public var recallBlocks: Int
    /// Degrees from where a track was, and from where it was heading, beyond which a new id begins, 0...180.
    public var jumpDegrees: Float
    /// Of two open tracks nearer than this, degrees 0...180, only the likelier is reported: two regressors on one source are
    /// one source to a listener. 0 reports both.
    public var duplicateDegrees: Float
    /// Weight of where a track was heading in the direction that is reported, 0...0.95: 0 reports what the network says.
    public var smoothing: Float
    /// Weight of a frequency band's direction beside the network's, 0...1 (`DirectionRefiner`): 0 takes the network's alone, as
    /// features that hold no direction of bands do whatever this says.
    public var refinement: Float

    public init(
        openThreshold: Float = 0.6, openBlocks: Int = 2, stayThreshold: Float = 0.4, coastBlocks: Int = 4, recallBlocks: Int = 0,
        jumpDegrees: Float = 20, duplicateDegrees: Float = 5, smoothing: Float = 0, refinement: Float = 0
    ) {
        self.openThreshold = openThreshold
        self.openBlocks = openBlocks
        self.stayThreshold = stayThreshold
        self.coastBlocks = coastBlocks
        self.recallBlocks = recallBlocks
        self.jumpDegrees = jumpDegrees
        self.duplicateDegrees = duplicateDegrees
        self.smoothing = smoothing
        self.refinement = refinement
    }

    /// Throws for the first setting outside its range; for settings that a file or a user gave.
    public func validate() throws(GateSettingsError) {
        func check(_ name: String, _ isFit: Bool, _ expected: String, _ found: String) throws(GateSettingsError) {
            if !isFit { throw GateSettingsError(name: name, expected: expected, found: found) }
        }
        try check("openThreshold", (0...1).contains(openThreshold), "0 to 1", "\(openThreshold)")
        try check("openBlocks", (1...1000).contains(openBlocks), "1 to 1000", "\(openBlocks)")
        try check(
            "stayThreshold", (0...openThreshold).contains(stayThreshold), "0 to openThreshold, \(openThreshold)",
            "\(stayThreshold)")
        try check("coastBlocks", (0...1000).contains(coastBlocks), "0 to 1000", "\(coastBlocks)")
        try check("recallBlocks", (0...1000).contains(recallBlocks), "0 to 1000", "\(recallBlocks)")
        try check(
            "jumpDegrees", (0...180).contains(jumpDegrees), "0 to 180", "\(jumpDegrees)")
        try check("duplicateDegrees", (0...180).contains(duplicateDegrees), "0 to 180", "\(duplicateDegrees)")
        try check("smoothing", (0...0.95).contains(smoothing), "0 to 0.95", "\(smoothing)")
        try check("refinement", (0...1).contains(refinement), "0 to 1", "\(refinement)")
    }
}

/// A setting of the gate outside its range.
public struct GateSettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The property of `GateSettings`.
    public let name: String
    public let expected: String
    public let found: String

    public var description: String { "gate: \(name): expected \(expected), found \(found): correct the setting" }
}
