public import Tracking

/// Which outputs of a network count as tracks.
public enum TrackSelection: Sendable {
    /// Outputs accepted by the gate, with its ids.
    case gated(GateSettings)
    /// All outputs in every block, each with one identity: for networks without activity, and for comparison with them.
    case everyOutput
}
