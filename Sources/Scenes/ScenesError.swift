/// What can go wrong between a folder of sounds and a written data set.
public enum ScenesError: Error, Hashable, Sendable, CustomStringConvertible {
    case missingFolder(path: String)
    /// What was there instead: files that cannot be read, and files of formats that are not read.
    case noSounds(folders: [String], unreadable: [String], foreign: [String])

    public var description: String {
        switch self {
        case .missingFolder(let path):
            "\(path): expected a folder of sounds, found none: check the path, or fetch sounds with tools/get-sounds"
        case .noSounds(let folders, let unreadable, let foreign):
            "\(folders.joined(separator: ", ")): expected sound files of at least 0.2 s, found none"
                + (unreadable.first.map { " but \(unreadable.count) that cannot be read, \($0) the first" } ?? "")
                + (foreign.first.map { " but \(foreign.count) of formats that are not read, \($0) the first" } ?? "")
                + ": fetch some with tools/get-sounds, or convert to WAV or FLAC"
        }
    }
}
