import Audio
import Files

/// Lengths of recordings, from their audio, for figures per minute.
struct RecordingLengths {
    /// The folder of the audio; nil if there is none, and lengths come from the labels.
    let folder: String?
    private let files: [String: [String]]
    private var unknown: [String] = []

    /// - Parameters:
    ///   - references: a folder of labels. If it, or a folder above it, is metadata_dev or metadata_eval, the lengths come from
    ///     foa_dev or mic_dev (or _eval) beside that.
    ///   - audio: the folder of the recordings, if given.
    /// - Throws: a `Failure` if the given folder does not exist.
    init(references: String, audio: String?) throws {
        folder = audio ?? Self.audio(beside: references)
        guard let folder else {
            files = [:]
            return
        }
        guard Folder.isFolder(folder) else {
            throw Failure(.noInput, "\(folder): expected a folder of recordings, found none: check the path")
        }
        files = Dictionary(grouping: FolderTree(below: folder).files(suffix: "wav"), by: PathName.stem)
    }

    /// Whole blocks of 100 ms in a recording, as `bearing evaluate` counts them; nil without audio.
    mutating func blocks(of name: String) -> Int? {
        guard let folder else { return nil }
        guard let paths = files[name], paths.count == 1, let reader = try? AudioFileReader(path: "\(folder)/\(paths[0])") else {
            unknown.append(name)
            return nil
        }
        return reader.frames * 10 / max(reader.sampleRate, 1)
    }

    /// Recordings of unknown length, if others are known.
    var remark: String? {
        guard let folder, let first = unknown.first else { return nil }
        return "\(folder): no readable audio of \(unknown.count) recordings, such as \(first): their length is taken from their last row"
    }

    private static func audio(beside references: String) -> String? {
        var folder = Folder.absolute(references)
        while folder != "/" {
            let name = PathName.last(folder)
            if ["metadata_dev", "metadata_eval"].contains(name) {
                let set = name.dropFirst("metadata".count)
                return ["foa", "mic"].map { "\(PathName.folder(folder))/\($0)\(set)" }.first(where: Folder.isFolder)
            }
            folder = PathName.folder(folder)
        }
        return nil
    }
}
