/// The progress of a run. Together with parameters, averages and moments it is the complete state.
struct TrainingProgress: Sendable, Hashable {
    /// The next epoch, counted from 0.
    var epoch = 0
    var bestEpoch: Int?
    /// CLEAR MOTA of the best epoch on the validation recordings, in percent.
    var bestMOTA = -Double.infinity
    /// How often the plateau schedule has halved the rate.
    var halvings = 0
    /// Epochs since the best one, or since the rate was halved.
    var waited = 0

    /// Records an epoch's validation.
    /// - Parameter mota: nil if the validation has no reference.
    /// - Returns: whether its model is the best so far. The first one always is.
    mutating func finishEpoch(mota: Double?, settings: TrainingSettings) -> Bool {
        let mota = mota ?? -.infinity
        let isBest = mota > bestMOTA || bestEpoch == nil
        if isBest {
            (bestEpoch, bestMOTA) = (epoch, mota)
            waited = 0
        } else {
            waited += 1
            if settings.schedule == .plateau, waited >= settings.plateauEpochs {
                halvings += 1
                waited = 0
            }
        }
        epoch += 1
        return isBest
    }

    /// Why the run has ended; nil if it has not.
    func ending(_ settings: TrainingSettings) -> TrainingEnding? {
        if epoch >= settings.epochs { return .epochs }
        guard settings.patience > 0, let bestEpoch else { return nil }
        return epoch - 1 - bestEpoch >= settings.patience ? .patience : nil
    }
}

/// Why a run has ended.
public enum TrainingEnding: Sendable, Hashable {
    /// All epochs are done.
    case epochs
    /// `TrainingSettings.patience` epochs had no better validation MOTA.
    case patience
}
