public import Dataset
public import Losses
public import Networks

/// The loss of a run.
public enum LossSettings: Sendable, Hashable {
    /// Exact assignment over a window of blocks, distance and activity.
    case assignment(AssignmentLossSettings)
    /// The paper's losses, as in its Table I.
    case tracking(TrackingLossSettings)

    /// Whether the activity outputs are trained.
    var trainsActivity: Bool {
        switch self {
        case .assignment(let settings): settings.activityWeight > 0
        case .tracking(let settings): settings.activityWeight > 0 || settings.trackingWeight > 0
        }
    }

    /// Whether a trained Hungarian network is needed.
    public var needsHungarianNetwork: Bool {
        guard case .tracking(let settings) = self else { return false }
        return settings.association == .hnet && settings.needsAssociation
    }
}

/// Every setting of a training run; together with the data these determine the result, bit for bit.
public struct TrainingSettings: Sendable {
    public var architecture: DOAnetArchitecture
    /// Sequences in a batch.
    public var batch = 32
    /// Blocks of 100 ms in a sequence.
    public var blocks = 50
    public var epochs = 20
    /// Steps between two validations.
    public var stepsPerEpoch = 250
    public var loss = LossSettings.assignment(AssignmentLossSettings())
    /// Maximum learning rate of Adam, after the warm-up.
    public var learningRate: Float = 1e-3
    /// Steps over which the rate rises from zero.
    public var warmup = 200
    /// Schedule of the rate after the warm-up.
    public var schedule = LearningRateSchedule.cosine
    /// Epochs without a better validation MOTA after which the plateau schedule halves the rate.
    public var plateauEpochs = 5
    /// Epochs without a better validation MOTA that end the run; 0: never.
    public var patience = 0
    /// Gradients are scaled down to this Euclidean norm when they exceed it.
    public var clip: Float = 5
    /// Weight of the past in the moving average of the parameters that is validated and shipped; 0 ships the last ones.
    public var averaging: Float = 0.998
    public var augmentation = AugmentationSettings()
    public var seed: UInt64 = 1
    public var threads = 2
    /// Written into the model file.
    public var licence: String?

    public init(architecture: DOAnetArchitecture) {
        self.architecture = architecture
    }

    public var steps: Int { epochs * stepsPerEpoch }

    public func validate() throws(TrainingError) {
        let faults: [(Bool, String)] = [
            (batch >= threads, "batch: expected at least one sequence for each of \(threads) threads, found \(batch)"),
            (blocks >= 2, "blocks: expected at least 2, found \(blocks)"),
            (epochs >= 1, "epochs: expected at least 1, found \(epochs)"),
            (stepsPerEpoch >= 1, "steps-per-epoch: expected at least 1, found \(stepsPerEpoch)"),
            (learningRate > 0 && learningRate.isFinite, "learning-rate: expected above 0, found \(learningRate)"),
            (warmup >= 0, "warmup: expected 0 or more steps, found \(warmup)"),
            (plateauEpochs >= 1, "plateau-epochs: expected at least 1, found \(plateauEpochs)"),
            (patience >= 0, "patience: expected 0 or more epochs, found \(patience)"),
            (clip > 0, "clip: expected above 0, found \(clip)"),
            (threads >= 1, "threads: expected at least 1, found \(threads)"),
            (averaging >= 0 && averaging < 1, "averaging: expected 0 or more and below 1, found \(averaging)"),
            (
                augmentation.gain.lowerBound >= -60 && augmentation.gain.upperBound <= 40,
                "gain: expected decibels from -60 to 40, found \(augmentation.gain)"
            ),
            ((0...1).contains(augmentation.mix), "mix: expected 0 to 1, found \(augmentation.mix)"),
        ]
        for (holds, fault) in faults where !holds { throw .settings(fault) }
    }
}
