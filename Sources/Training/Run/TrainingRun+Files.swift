import Dataset
import Files
import Fingerprints
import Formats
import Platform
import Tracking

/// The files of a run.
extension TrainingRun {
    var state: Checkpoint {
        Checkpoint(parameters: parameters, averaged: averaged, fingerprint: fingerprint)
    }

    /// A continued run might never write its best model again.
    func requireBestModel() throws {
        guard let bestEpoch, !Folder.has(modelPath) else { return }
        throw TrainingError.checkpoint(
            file: checkpointPath,
            problem: "expected the model of its best epoch, \(bestEpoch + 1), beside it, found no \(modelPath): "
                + "restore it, or delete the checkpoint to start again")
    }

    /// The file of the best model of this run.
    public var modelPath: String { "\(folder)/model.safetensors" }

    /// The file of the model of the latest epoch. At the end of a schedule that lowers the rate to almost zero it is often as
    /// good as the best, which is partly so by chance.
    public var lastModelPath: String { "\(folder)/last.safetensors" }

    var checkpointPath: String { "\(folder)/checkpoint.safetensors" }
    var log: TrainingLog { TrainingLog(path: "\(folder)/log.jsonl") }

    /// Writes the model of the last epoch of a finished run that lacks it, since older versions did not keep it.
    public func keepLastModel() throws {
        // Validation would need all ranks.
        guard isFinished, share.group == nil, !Folder.has(lastModelPath) else { return }
        try modelFile(epoch: epoch - 1, validate()).save(to: lastModelPath)
    }

    func modelFile(epoch: Int, _ validation: MetricsReport) -> ModelFile {
        var facts = [
            "training.data": "\(data.source): \(data.fingerprint)",
            "training.settings": fingerprint.summary,
            "training.seed": "\(settings.seed)",
            "training.epoch": "\(epoch + 1)",
        ]
        facts["licence"] = settings.licence
        for (name, value) in validation.figures {
            if let value { facts["validation.\(name)"] = "\((value * 100).rounded() / 100)" }
        }
        return ModelFile(
            parameters: averaged, scaler: scaler, gate: GateSettings(), array: data.array,
            geometry: data.geometry, hasActivity: settings.loss.trainsActivity, facts: facts)
    }
}
