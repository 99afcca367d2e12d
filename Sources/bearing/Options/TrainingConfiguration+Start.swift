import ArgumentParser
import Dataset
import Files
import Formats
import Networks
import Platform
import Training

extension TrainingConfiguration {
    /// Opens or creates a run in its folder, with its features extracted, and prints a summary.
    /// - Parameters:
    ///   - out: the run's folder; only rank 0 writes there, except features that the cache lacks.
    ///   - group: the processes that train together; nil for one process.
    func start(in out: String, dataset: String, group: (any RankGroup)? = nil) throws -> TrainingRun {
        let isLeader = group.isLeader
        // Before the features, which take long, since another process may be training there.
        let lock = isLeader ? try FolderLock(folder: out) : nil
        let slots = settings.architecture.maximumTracks
        let initial = try initial.map { path throws(ModelError) in try ModelFile.load(path) }
        let teacher = try teacher.map { path throws(ModelError) in
            TeacherSettings(model: try ModelFile.load(path), weight: teacherWeight)
        }
        var hungarian: HungarianParameters<Float>?
        if settings.loss.needsHungarianNetwork {
            hungarian = try HungarianFile.load(try hnet ?? Resources.find(Resources.hungarianNetwork(slots))).parameters
        }
        // Rank 0 extracts the features; the others find them in a folder that all can read, or extract their own.
        if !isLeader { group?.meet() }
        var progress = ProgressBar("features")
        let data = try TrainingData(
            layout: DatasetLayout(root: dataset, format: format),
            extra: extra.map { DatasetLayout(root: $0, format: format) }, folds: folds, kind: kind, slots: slots,
            cache: cache ?? "\(out)/features", bits: cacheBits, threads: settings.threads
        ) { if isLeader { progress.update($0) } }
        if isLeader { progress.finish() }
        if isLeader { group?.meet() }
        if isLeader { for warning in data.warnings { Console.note(warning) } }
        let run = try TrainingRun(
            settings: settings, data: data, folder: out, initial: initial, hungarian: hungarian, teacher: teacher, lock: lock,
            group: group)
        guard isLeader else { return run }
        Console.note(
            "\(data.training.count) training and \(data.validation.count) validation recordings, "
                + "\(run.parameterCount) parameters" + (group.map { ", \($0.count) ranks" } ?? "")
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
