public import Files

/// Errors of data sets, caches and runs; each description is one line.
public enum TrainingError: Error, CustomStringConvertible {
    case missingFolder(path: String, expected: String)
    /// `found`: the existing folds.
    case noRecordings(folder: String, folds: [Int], found: [Int])
    /// Several files where only one may exist.
    case ambiguous(folder: String, expected: String, found: [String], advice: String)
    case missingMetadata(recording: String, expected: String)
    case missingRecording(path: String)
    /// Nothing to mix: no fold and room, or no fold, has both a recording of two sources and two recordings of one.
    case noPairs(folder: String, folds: [Int])
    case occupied(folder: String, files: Int)
    case wrongAudio(file: String, expected: String, found: String)
    case cache(file: String, problem: String)
    case checkpoint(file: String, problem: String)
    /// `what` is the loss, the gradient or the parameters of a step, which changed nothing. `recordings` are its batch, and
    /// `unfit` those of them whose features are not finite.
    case notFinite(what: String, step: Int, recordings: [String], unfit: [String])
    case settings(String)
    case inputOutput(file: String, problem: String)
    case file(FileError)

    public var description: String {
        switch self {
        case .missingFolder(let path, let expected):
            "\(path): expected \(expected) of a data set in the TAU-NIGENS layout, found no such folder: check the path"
        case .noRecordings(let folder, let folds, let found):
            "\(folder): expected recordings of fold \(folds.map(String.init).joined(separator: ", ")), "
                + (found.isEmpty
                    ? "found none: name files fold<k>_room<r>_mix<nnn>.wav, or use folders dev-train, dev-val, dev-test"
                    : "found those of fold \(FoldList(found)): choose one of them")
        case .ambiguous(let folder, let expected, let found, let advice):
            "\(folder): expected \(expected), found \(found.joined(separator: " and ")): \(advice)"
        case .missingMetadata(let recording, let expected):
            "\(recording): expected its labels, \(expected), found none: add them, or remove the recording"
        case .missingRecording(let path):
            "\(path): expected the same recordings in both microphone formats, found none of this name: add it, or remove the other"
        case .noPairs(let folder, let folds):
            "\(folder): expected a room with two recordings of one source (ov1) and one of two (ov2) in fold "
                + "\(folds.map(String.init).joined(separator: ", ")), found none: nothing to mix"
        case .occupied(let folder, let files):
            "\(folder): expected no recordings yet, found \(files) files: give another --out, or continue with --resume"
        case .wrongAudio(let file, let expected, let found):
            "\(file): expected \(expected), found \(found)"
        case .cache(let file, let problem):
            "\(file): \(problem); delete the file and run again"
        case .checkpoint(let file, let problem):
            "\(file): \(problem)"
        case .notFinite(let what, let step, let recordings, let unfit):
            "training step \(step): expected finite numbers, found \(what) not finite; "
                + (recordings.isEmpty ? "" : "its batch was \(recordings.joined(separator: ", ")); ")
                + (unfit.isEmpty
                    ? "lower the learning rate or check these recordings"
                    : "check \(unfit.joined(separator: ", ")), whose features are not finite")
        case .settings(let problem):
            problem
        case .inputOutput(let file, let problem):
            "\(file): \(problem)"
        case .file(let error):
            error.description
        }
    }
}
