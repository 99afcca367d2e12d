import Audio
import Dataset
import Features
import Formats
import Training

extension DatasetLayout {
    /// Warns if the capsules of a data set differ from those that a model was trained on.
    func noteArray(of model: ModelFile) throws {
        guard !model.features.isAmbisonic, let own = try geometry(), let learnt = model.geometry else { return }
        let differences = own.differences(from: learnt)
        guard !differences.isEmpty else { return }
        Console.note(
            "\(root): expected recordings of the model's array, \(learnt.name), found \(differences.joined(separator: ", ")): "
                + "directions will be wrong")
    }
}
