import Files

/// The sound files below a folder.
struct SoundFiles {
    /// Supported file name extensions, sorted.
    let paths: [String]
    /// Files of unsupported formats.
    let foreign: [String]
    /// Folders that cannot be listed, with reasons.
    let faults: [FileError]

    static let endings: Set<String> = [
        "wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd", "caf", "w64", "rf64",
    ]
    /// Extensions of sounds that libsndfile does not decode.
    private static let foreignEndings: Set<String> = [
        "m4a", "m4b", "mp4", "aac", "wma", "webm", "weba", "mka", "mkv", "mov", "avi", "3gp", "amr", "ac3", "dts", "ape", "wv", "tta",
        "mpc", "dsf",
        "dff", "ra", "spx",
    ]

    /// - Throws: `ScenesError.missingFolder`.
    init(below folder: String) throws(ScenesError) {
        guard Folder.isFolder(folder) else { throw .missingFolder(path: folder) }
        let tree = FolderTree(below: folder)
        faults = tree.faults
        paths = tree.paths.filter { Self.endings.contains(PathName.suffix($0)) }.map { "\(folder)/\($0)" }.sorted()
        foreign = tree.paths.filter { Self.foreignEndings.contains(PathName.suffix($0)) }.map { "\(folder)/\($0)" }
    }
}
