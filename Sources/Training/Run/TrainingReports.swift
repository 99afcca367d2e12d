import JSON
public import Losses
public import Tracking

/// The progress of a run after one step.
public struct StepReport: Sendable {
    public let step: Int
    public let steps: Int
    /// Mean of the epoch so far.
    public let loss: Double
    /// Seconds of audio per second.
    public let speed: Double
}

/// The results of one epoch, with its model's scores on the validation recordings.
public struct EpochReport: Sendable {
    /// Counted from 0.
    public let epoch: Int
    /// Means over the epoch's steps.
    public let loss: LossValue
    /// Mean norm of the gradient before clipping.
    public let gradientNorm: Double
    /// Learning rate of the epoch's last step.
    public let rate: Float
    /// Seconds of audio per second.
    public let speed: Double
    public let validation: MetricsReport

    /// One JSON object, without a line end; figures without a value are left out.
    var json: String {
        JSONWriter.text { json in
            json.field("epoch", epoch + 1)
            let parts: [(String, Double?)] = LossValue.parts.map { ("\($0.key)_loss", loss[keyPath: $0.value]) }
            let rest: [(String, Double?)] = [
                ("gradient_norm", gradientNorm), ("rate", Double(rate)), ("audio_seconds_per_second", speed),
            ]
            let figures = [("loss", loss.total)] + parts + rest
            for (name, value) in figures + validation.figures.map({ ("validation.\($0.name)", $0.value) }) where value != nil {
                json.field(name, exact: value)
            }
        }
    }
}

extension MetricsReport {
    /// The validation scores in logs and model files: behind the gate, pooled over recordings.
    var figures: [(name: String, value: Double?)] {
        let (paper, clear) = (pooled.paper, pooled.clear)
        return [
            ("LE", paper.localizationError), ("LR", paper.recall), ("LP", paper.precision), ("MOTA", clear.mota),
            ("MOTP", clear.motp), ("IDF1", clear.idf1), ("switches_per_minute", clear.switchesPerMinute),
        ]
    }
}
