import Dataset
import Losses
import Networks
public import SafeTensors
import Tensor

extension TrainingRun {
    /// Executes the run's first steps and records all that another program needs to repeat them: initial parameters, the
    /// Hungarian network, rates, every batch as the network received it, and the loss of each step
    /// (tools/benchmarks/train_pytorch.py).
    ///
    /// The run cannot be continued, since its epoch was not validated.
    /// - Parameter steps: at least 1.
    /// - Throws: `TrainingError.settings` for a run that has started or whose loss is not of the tracking kind.
    public func recordSteps(_ steps: Int) throws -> SafeTensorFile {
        precondition(steps >= 1, "at least one step is recorded")
        guard epoch == 0, case .tracking(let loss) = settings.loss, loss.association == .hnet else {
            throw TrainingError.settings("replay: expected a new run with loss tracking by hnet, found another")
        }
        var tensors = parameters.entries.map { SafeTensor("parameters.\($0.name)", $0.values.array, shape: $0.values.shape.array) }
        tensors += (hungarian?.entries ?? []).map { SafeTensor("hnet.\($0.name)", $0.values.array, shape: $0.values.shape.array) }
        var losses: [Float] = []
        for step in 0..<steps {
            losses.append(Float(try train(step: step).0.total))
            for (name, tensor) in [
                ("input", batch.input), ("references", batch.references), ("active", batch.active), ("onset", batch.onset),
            ] {
                tensors.append(SafeTensor("step\(step).\(name)", tensor.array, shape: tensor.shape.array))
            }
        }
        tensors.append(SafeTensor("losses", losses, shape: [steps]))
        tensors.append(SafeTensor("rates", (0..<steps).map { settings.rate(at: $0) }, shape: [steps]))
        let architecture = settings.architecture
        let weights = [
            loss.squaredErrorWeight, loss.positionWeight, loss.trackingWeight, loss.activityWeight, loss.switchWeight,
        ]
        return SafeTensorFile(
            tensors: tensors,
            metadata: [
                "format": "bearing-replay-1", "form": architecture.form.rawValue, "channels": "\(architecture.channels)",
                "filters": "\(architecture.filters)", "gru_width": "\(architecture.gruWidth)",
                "head_width": "\(architecture.headWidth)", "maximum_tracks": "\(architecture.maximumTracks)",
                "batch": "\(settings.batch)", "blocks": "\(settings.blocks)", "steps": "\(steps)", "clip": "\(settings.clip)",
                "association_gradient": "\(loss.associationGradient)", "weights": weights.map { "\($0)" }.joined(separator: ","),
            ])
    }
}
