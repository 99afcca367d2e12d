/// What can go wrong between a folder of sounds and a written data set.
public enum ScenesError: Error, Hashable, Sendable, CustomStringConvertible {
    case missingFolder(path: String)
    /// What was there instead: files that cannot be read, and files of formats that are not read.
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
                + (unreadable.first.map { " but \(unreadable.count) that cannot be read, \($0) the first" } ?? "")
                + (foreign.first.map { " but \(foreign.count) of formats that are not read, \($0) the first" } ?? "")
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
