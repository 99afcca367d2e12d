/// Which recordings may sound together.
public enum MixingPartners: String, Sendable, Hashable, CaseIterable {
    /// Of the same data set, fold and room, as sources of one room do.
    case room
    /// All: for scenes whose rooms have but one recording each.
    case any
}
