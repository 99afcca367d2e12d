import Dataset
import Tensor

extension TrainingBatch {
    /// The error of a step that met a number that is not finite: what it was, the recordings of the batch, each once, and
    /// which of them have features that are to blame.
    /// - Parameter recordings: what the batch was drawn from.
    func notFinite(_ what: String, step: Int, recordings: [LabelledRecording]) -> TrainingError {
        var seen: Set<Int> = []
        let drawn = sources.filter { seen.insert($0).inserted }.map { recordings[$0] }
        // What has been scaled says nothing: one frame that is not finite spoils the scaler of all.
        let unfit = drawn.filter { !$0.features.frames.euclideanNorm.isFinite }
        return .notFinite(what: what, step: step, recordings: drawn.map(\.name), unfit: unfit.map(\.name))
    }
}
