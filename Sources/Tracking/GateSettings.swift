/// The thresholds between the network's output and tracks, tuned on validation recordings. `GateKey` has their limits.
public struct GateSettings: Sendable, Hashable, Codable {
    /// Minimum probability of a slot to open a track.
    public var openThreshold: Float
    /// Consecutive blocks at or above it before a track opens.
    public var openBlocks: Int
    /// Minimum probability of an open track; at most `openThreshold`.
    public var stayThreshold: Float
    /// Blocks below it during which a track is reported at its last direction.
    public var coastBlocks: Int
    /// Further blocks during which a track is not reported, but continues with its id if its source becomes active again.
    public var recallBlocks: Int
    /// Degrees from a track's last and predicted directions above which a new track begins.
    public var jumpDegrees: Float
    /// Of two open tracks closer than this, degrees 0...180, only the more probable one is reported, since two outputs may
    /// follow one source. 0 reports both.
    public var duplicateDegrees: Float
    /// Weight of the predicted direction in the reported one, 0...0.95: 0 reports the network's direction.
    public var smoothing: Float
    /// Weight of a frequency band's direction relative to the network's, 0...1 (`DirectionRefiner`). With 0, or features
    /// without directions of bands, only the network's is used.
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
