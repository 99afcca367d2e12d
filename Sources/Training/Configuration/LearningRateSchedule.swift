import Platform

/// What becomes of Adam's rate after the warm-up. The raw values stand in configuration files.
public enum LearningRateSchedule: String, Sendable, CaseIterable {
    /// Falls along half a cosine to 1 % at the last step.
    case cosine
    /// Stays.
    case constant
    /// Is halved whenever the validation has not improved for `TrainingSettings.plateauEpochs` epochs.
    case plateau
}
