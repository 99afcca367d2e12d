package import Dataset
import Kernels
import Losses
package import Networks
import Platform

/// The measures of a run.
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
}
