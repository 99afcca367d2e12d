/// What can go wrong between a folder of sounds and a written data set.
public enum ScenesError: Error, Hashable, Sendable, CustomStringConvertible {
    case missingFolder(path: String)
    case noSounds(folders: [String], unreadable: Int)

    public var description: String {
        switch self {
        case .missingFolder(let path):
            "\(path): expected a folder of sounds, found none: check the path, or fetch sounds with tools/get-sounds"
        case .noSounds(let folders, let unreadable):
            "\(folders.joined(separator: ", ")): expected sound files of at least 0.2 s, found none"
                + (unreadable > 0 ? " (\(unreadable) unreadable)" : "") + ": fetch some with tools/get-sounds"
        }
    }
}
