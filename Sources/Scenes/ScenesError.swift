/// What can go wrong between a folder of sounds and a written data set.
public enum ScenesError: Error, Hashable, Sendable, CustomStringConvertible {
    case missingFolder(path: String)
    case noSounds(folders: [String], unreadable: Int)
    case unwritableFolder(path: String, reason: String)
    case unwritableFile(path: String, reason: String)

    public var description: String {
        switch self {
        case .missingFolder(let path):
            "\(path): expected a folder of sounds, found none: check the path, or fetch sounds with tools/get-sounds"
        case .noSounds(let folders, let unreadable):
            "\(folders.joined(separator: ", ")): expected sound files of at least 0.2 s, found none"
                + (unreadable > 0 ? " (\(unreadable) unreadable)" : "") + ": fetch some with tools/get-sounds"
        case .unwritableFolder(let path, let reason):
            "\(path): expected a folder to write to, found: \(reason): choose another --out"
        case .unwritableFile(let path, let reason):
            "\(path): expected to write there, found: \(reason): check permissions and free space"
        }
    }
}
