import Platform

/// The learning rate after the warm-up. The raw values are used in configuration files.
public enum LearningRateSchedule: String, Sendable, CaseIterable {
    /// Falls along half a cosine to 1 % at the last step.
    case cosine
    /// Stays constant.
    case constant
    /// Halved whenever the validation has not improved for `TrainingSettings.plateauEpochs` epochs.
    case plateau
}
