/// Errors from reading sounds to writing a data set.
public enum ScenesError: Error, Hashable, Sendable, CustomStringConvertible {
    case missingFolder(path: String)
    /// The files found instead: unreadable ones, and unsupported formats.
    case noSounds(folders: [String], unreadable: [String], foreign: [String])
    /// Recordings of a fold that a run would mix with its own.
    case occupied(folder: String, fold: Int, recordings: Int)
    case otherSettings(folder: String, fold: Int, what: String)
    case otherArray(folder: String, there: String, now: String)

    public var description: String {
        switch self {
        case .missingFolder(let path):
            "\(path): expected a folder of sounds, found none: check the path, or fetch sounds with tools/get-sounds"
        case .noSounds(let folders, let unreadable, let foreign):
            "\(folders.joined(separator: ", ")): expected sound files of at least 0.2 s, found none"
                + (unreadable.first.map { " but \(unreadable.count) unreadable ones, such as \($0)" } ?? "")
                + (foreign.first.map { " but \(foreign.count) of unsupported formats, such as \($0)" } ?? "")
                + ": fetch some with tools/get-sounds, or convert to WAV or FLAC"
        case .occupied(let folder, let fold, let recordings):
            "\(folder): expected no recordings of fold \(fold) yet, found \(recordings): choose another --out, or continue with --resume"
        case .otherSettings(let folder, let fold, let what):
            "\(folder): expected recordings of fold \(fold) made with the same options, found others (\(what)): "
                + "choose another --out, or resume with the options of the first run"
        case .otherArray(let folder, let there, let now):
            "\(folder): expected recordings of the same array, \(now), found \(there): choose another --out"
        }
    }
}
