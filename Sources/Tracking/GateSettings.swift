/// What stands between the network's output and tracks, tuned on validation. `GateKey` has the limits of each setting.
public struct GateSettings: Sendable, Hashable, Codable {
    /// Probability from which a slot counts towards opening.
    public var openThreshold: Float
    /// Consecutive blocks at or above it until a track opens.
    public var openBlocks: Int
    /// Probability down to which an open track stays; at most `openThreshold`.
    public var stayThreshold: Float
    /// Blocks below it that a track is reported at its last direction.
    public var coastBlocks: Int
    /// Blocks after those in which a track is no longer reported, but goes on under its id if it is heard again.
    public var recallBlocks: Int
    /// Degrees from where a track was, and from where it was heading, beyond which a new id begins.
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
}
