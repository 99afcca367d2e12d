/// Which recordings may be mixed.
public enum MixingPartners: String, Sendable, Hashable, CaseIterable {
    /// Recordings of the same data set, fold and room, like sources in one room.
    case room
    /// All recordings: for scenes whose rooms have only one recording each.
    case any
}
