public import Dataset
public import Losses

/// A row of Table I of Adavanne, Politis and Virtanen (WASPAA 2021): loss and training data.
public enum TableRow: String, CaseIterable, Codable, Sendable {
    case mse
    case motp
    case augmentedMOTp = "augmented-motp"
    case augmentedMOTpActivity = "augmented-motp-act"
    case augmentedMOTpMOTaActivity = "augmented-motp-mota-act"

    public var title: String {
        switch self {
        case .mse: "MSE"
        case .motp: "dMOTp"
        case .augmentedMOTp: "dMOTp, augmented"
        case .augmentedMOTpActivity: "dMOTp+Act, augmented"
        case .augmentedMOTpMOTaActivity: "dMOTp+dMOTa+Act, augmented"
        }
    }

    /// Whether mixtures of pairs of recordings are added to the training data.
    public var isAugmented: Bool { self != .mse && self != .motp }

    /// Whether the network learns the activity of its outputs; otherwise all outputs count.
    public var hasActivity: Bool { self == .augmentedMOTpActivity || self == .augmentedMOTpMOTaActivity }

    /// The row's terms, with the given weights.
    public func loss(_ weights: TrackingLossSettings) -> TrackingLossSettings {
        var loss = weights
        if self == .mse {
            loss.squaredErrorWeight = 1
            loss.positionWeight = 0
        } else {
            loss.squaredErrorWeight = 0
        }
        if self != .augmentedMOTpMOTaActivity { loss.trackingWeight = 0 }
        if !hasActivity { loss.activityWeight = 0 }
        return loss
    }

    /// The paper's figures: LE in degrees, MOTa and LR in percent, IDS over 96 minutes.
    public struct Published: Sendable {
        public let localizationError: Double
        public let mota, switches, recall: Double?

        init(_ localizationError: Double, mota: Double? = nil, switches: Double? = nil, recall: Double? = nil) {
            self.localizationError = localizationError
            self.mota = mota
            self.switches = switches
            self.recall = recall
        }
    }

    public func published(_ format: DatasetFormat) -> Published {
        switch (self, format) {
        case (.mse, .foa): Published(25.4)
        case (.mse, .mic): Published(25.3)
        case (.motp, .foa): Published(13.7)
        case (.motp, .mic): Published(13.6)
        case (.augmentedMOTp, .foa): Published(12.1)
        case (.augmentedMOTp, .mic): Published(11.8)
        case (.augmentedMOTpActivity, .foa): Published(9.7, mota: 69.0, switches: 2374, recall: 86.9)
        case (.augmentedMOTpActivity, .mic): Published(8.7, mota: 71.3, switches: 1982, recall: 87.3)
        case (.augmentedMOTpMOTaActivity, .foa): Published(9.5, mota: 70.5, switches: 2188, recall: 88.1)
        case (.augmentedMOTpMOTaActivity, .mic): Published(8.5, mota: 72.1, switches: 1812, recall: 87.6)
        }
    }

    /// The number of one-minute recordings that the paper scored.
    public static let publishedMinutes = 96.0
}
