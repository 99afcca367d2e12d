import Dataset
import Tensor

extension TrainingBatch {
    /// The error of a step with a non-finite number: the number's name, the recordings of the batch, each once, and those of
    /// them with non-finite features.
    /// - Parameter recordings: what the batch was drawn from.
    func notFinite(_ what: String, step: Int, recordings: [LabelledRecording]) -> TrainingError {
        var seen: Set<Int> = []
        let drawn = sources.filter { seen.insert($0).inserted }.map { recordings[$0] }
        // Scaled features do not identify the recording: one non-finite frame affects the scaler of all.
        let unfit = drawn.filter { !$0.features.isFinite }
        return .notFinite(what: what, step: step, recordings: drawn.map(\.name), unfit: unfit.map(\.name))
    }
}
