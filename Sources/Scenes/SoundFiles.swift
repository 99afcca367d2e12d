import Files
import Glibc

/// The sound files below a folder. Links to files and folders are followed, a folder once; hidden files, such as the `._name` of a
/// Macintosh, are none.
struct SoundFiles {
    /// By the endings of their names, sorted.
    private(set) var paths: [String] = []
    /// Of formats that are not read here.
    private(set) var foreign: [String] = []
    /// Folders that cannot be listed, and why.
    private(set) var faults: [FileError] = []
    private var visited: Set<[UInt64]> = []

    static let endings: Set<String> = [
        "wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd", "caf", "w64", "rf64",
    ]
    /// Of sounds that libsndfile does not decode.
    private static let foreignEndings: Set<String> = [
        "m4a", "m4b", "mp4", "aac", "wma", "webm", "weba", "mka", "mkv", "mov", "avi", "3gp", "amr", "ac3", "dts", "ape", "wv", "tta",
        "mpc", "dsf",
        "dff", "ra", "spx",
    ]

    /// - Throws: `ScenesError.missingFolder`.
    init(below folder: String) throws(ScenesError) {
        guard Folder.isFolder(folder) else { throw .missingFolder(path: folder) }
        search(folder)
        paths.sort()
    }

    private mutating func search(_ folder: String) {
        var facts = stat()
        guard unsafe stat(folder.systemPath, &facts) == 0, visited.insert([UInt64(facts.st_dev), UInt64(facts.st_ino)]).inserted else {
            return
        }
        let names: [String]
        do {
            names = try Folder.names(in: folder)
        } catch {
            faults.append(error)
            return
        }
        for name in names where name.utf8.first != UInt8(ascii: ".") {
            let path = "\(folder)/\(name)"
            if Folder.isFolder(path) {
                search(path)
            } else if Self.endings.contains(PathName.suffix(name)) {
                paths.append(path)
            } else if Self.foreignEndings.contains(PathName.suffix(name)) {
                foreign.append(path)
            }
        }
    }
}
