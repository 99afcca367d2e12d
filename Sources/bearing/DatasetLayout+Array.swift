import Audio
import Dataset
import Features
import Formats
import Training

extension DatasetLayout {
    /// Says where the capsules of a data set are others than those that a model has learnt.
    func noteArray(of model: ModelFile) throws {
        guard !model.features.isAmbisonic, let own = try geometry(), let learnt = model.geometry else { return }
        let differences = own.differences(from: learnt)
        guard !differences.isEmpty else { return }
        Console.note(
            "\(root): expected recordings of the model's array, \(learnt.name), found \(differences.joined(separator: ", ")): "
                + "directions will be wrong")
    }
}
