import Platform

/// The losses of Adavanne, Politis and Virtanen (WASPAA 2021, section III.B) and their weights; each term is of order one.
public struct TrackingLossSettings: Sendable, Hashable {
    /// How predictions are associated with references.
    public enum Association: String, Sendable, CaseIterable {
        /// By a frozen network that passes gradients.
        case hnet
        /// By the exact assignment of each block, which passes no gradient.
        case exact
        /// By entropic optimal transport, exact as its temperature falls; it passes gradients and needs no network.
        case sinkhorn
    }

    public var association = Association.hnet
    /// Weight of the mean square of v - y without association, the paper's baseline.
    public var squaredErrorWeight = 0.0
    /// Weight of dMOTp.
    public var positionWeight = 1.0
    /// Weight of dMOTa.
    public var trackingWeight = 1.0
    /// Weight of an identity switch relative to a miss and a false positive in dMOTa.
    public var switchWeight = 1.0
    /// Temperature of the Sinkhorn association in the first and in the last step of a training, in the unit of the distances (0 to
    /// 2); in between it falls geometrically.
    public var sinkhornStart = 0.2
    public var sinkhornEnd = 0.02
    /// What both may be.
    public static let temperatures = 0.001...100.0
    /// Share of the gradient with respect to the association that passes through it to the distances; 1 is the formula.
    ///
    /// A good Hnet decides within hundredths of a distance. So if two associations cost nearly the same, its gradient is about
    /// fifty times that of the distance itself. Early in a training all outputs are similar, and that gradient would dominate.
    public var associationGradient = 0.05
    /// Weight of the activity's cross-entropy; without it there is no activity branch, and every output counts as active.
    public var activityWeight = 1.0

    public init() {}

    /// Temperature of the Sinkhorn association.
    /// - Parameter progress: the part of the training that is done, 0 to 1.
    public func temperature(at progress: Double) -> Double {
        sinkhornStart * exponential(progress * naturalLogarithm(sinkhornEnd / sinkhornStart))
    }

    /// Whether any term needs an association.
    package var needsAssociation: Bool { positionWeight > 0 || trackingWeight > 0 || activityWeight > 0 }
}
