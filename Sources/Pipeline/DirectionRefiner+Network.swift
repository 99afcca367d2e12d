import Features
public import Networks
public import Tracking

extension DirectionRefiner {
    /// For the outputs of a network: as many later blocks as its look-ahead, the whole recording in the paper's form.
    /// - Parameter keepsElevation: whether only azimuths are refined.
    public init(weight: Float, for architecture: DOAnetArchitecture, keepsElevation: Bool = false) {
        self.init(
            weight: weight, slots: architecture.maximumTracks, bands: BandDirections.perBlock,
            lookAhead: architecture.form == .paper ? Self.window / 2 : architecture.lookAhead,
            keepsElevation: keepsElevation)
    }
}
