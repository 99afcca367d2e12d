package import Dataset
import Features
import Kernels
import Losses
package import Networks
import Platform

/// What a run is made of: its measures and its batches.
extension TrainingRun {
    static func loss(
        _ settings: TrainingSettings, sequences: Int, hungarian: HungarianParameters<Float>?, team: WorkerTeam
    ) throws(TrainingError) -> any BatchLoss<Float> {
        let slots = settings.architecture.maximumTracks
        switch settings.loss {
        case .assignment(let settings):
            return AssignmentLoss<Float>(settings: settings, slots: slots)
        case .tracking(let tracking):
            try check(hungarian, for: settings)
            return TrackingLoss<Float>(
                settings: tracking, slots: slots, sequences: sequences, blocks: settings.blocks, network: hungarian,
                team: team)
        }
    }

    /// - Throws: `TrainingError.settings` for a loss that requires another association network.
    package static func check(_ hungarian: HungarianParameters<Float>?, for settings: TrainingSettings) throws(TrainingError) {
        let slots = settings.architecture.maximumTracks
        guard settings.loss.needsHungarianNetwork, hungarian?.maximumTracks != slots else { return }
        let found = hungarian.map { "one for \($0.maximumTracks)" } ?? "none"
        throw .settings(
            "loss: expected a Hungarian network for \(slots) tracks, found \(found): "
                + "train one with `bearing train-hnet --tracks \(slots)`")
    }

    /// - Throws: `TrainingError.settings` if there are no recordings to mix.
    static func preparation(
        _ settings: TrainingSettings, data: TrainingData, scaler: FeatureScaler, share: BatchShare
    ) throws(TrainingError) -> BatchPreparation {
        let augmentation = settings.augmentation
        var mixing: SequenceMixing?
        if augmentation.mix > 0 {
            mixing = try SequenceMixing(
                probability: augmentation.mix, recordings: data.training, partners: augmentation.mixPartners, level: augmentation.mixLevel)
        }
        let source = BatchSource(
            recordings: data.training, scaler: scaler, seed: settings.seed, augmentation: augmentation, mixing: mixing)
        return BatchPreparation(source, steps: settings.steps) {
            TrainingBatch(
                share: share, blocks: settings.blocks, slots: settings.architecture.maximumTracks, kind: data.kind,
                lookAhead: settings.architecture.lookAhead)
        }
    }
}
