import ArgumentParser
import Dataset
import Files
import Formats
import Networks
import Training

extension TrainingConfiguration {
    /// Opens or creates a run in its folder, with its features extracted, and prints a summary.
    /// - Parameter out: the run's folder.
    func start(in out: String, dataset: String) throws -> TrainingRun {
        // Before the features, which take long, since another process may be training there.
        let lock = try FolderLock(folder: out)
        let slots = settings.architecture.maximumTracks
        let initial = try initial.map { path throws(ModelError) in try ModelFile.load(path) }
        let teacher = try teacher.map { path throws(ModelError) in
            TeacherSettings(model: try ModelFile.load(path), weight: teacherWeight)
        }
        var hungarian: HungarianParameters<Float>?
        if settings.loss.needsHungarianNetwork {
            hungarian = try HungarianFile.load(try hnet ?? Resources.find(Resources.hungarianNetwork(slots))).parameters
        }
        var progress = ProgressBar("features")
        let data = try TrainingData(
            layout: DatasetLayout(root: dataset, format: format),
            extra: extra.map { DatasetLayout(root: $0, format: format) }, folds: folds, kind: kind, slots: slots,
            cache: cache ?? "\(out)/features", threads: settings.threads
        ) { progress.update($0) }
        progress.finish()
        for warning in data.warnings { Console.note(warning) }
        let run = try TrainingRun(
            settings: settings, data: data, folder: out, initial: initial, hungarian: hungarian, teacher: teacher, lock: lock)
        Console.note(
            "\(data.training.count) training and \(data.validation.count) validation recordings, "
                + "\(run.parameterCount) parameters"
                + (run.epoch > 0 ? "; resumed after epoch \(run.epoch)" : ""))
        return run
    }

    /// The data set, from an option or from the file.
    func requiredDataset() throws -> String {
        guard let dataset else {
            throw ValidationError("Missing expected argument '--dataset <dir>', and no dataset in [data] of a --config")
        }
        return dataset
    }
}
