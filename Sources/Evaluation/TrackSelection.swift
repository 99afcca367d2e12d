public import Tracking

/// Which of a network's outputs count as tracks.
public enum TrackSelection: Sendable {
    /// Those that the gate lets through, with its ids.
    case gated(GateSettings)
    /// All of them in every block, each output one identity: for networks without activity, and to compare others with them.
    case everyOutput
}
