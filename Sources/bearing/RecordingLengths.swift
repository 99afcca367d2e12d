import Audio
import Files

/// How long recordings are, from their audio: what figures a minute are divided by.
struct RecordingLengths {
    /// The folder of the audio; nil where there is none, and lengths are those of the labels.
    let folder: String?
    private let files: [String: [String]]
    private var unknown: [String] = []

    /// - Parameters:
    ///   - references: a folder of labels. Where it, or one that it lies in, is metadata_dev or metadata_eval, the recordings of
    ///     foa_dev or mic_dev (or _eval) beside that count.
    ///   - audio: their folder, given by hand.
    /// - Throws: such a folder that is none.
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

    /// Blocks of 100 ms that a recording has whole, as `bearing evaluate` counts them; nil where no audio says.
    mutating func blocks(of name: String) -> Int? {
        guard let folder else { return nil }
        guard let paths = files[name], paths.count == 1, let reader = try? AudioFileReader(path: "\(folder)/\(paths[0])") else {
            unknown.append(name)
            return nil
        }
        return reader.frames * 10 / max(reader.sampleRate, 1)
    }

    /// Which lengths are not known although others are.
    var remark: String? {
        guard let folder, let first = unknown.first else { return nil }
        return "\(folder): no readable audio of \(unknown.count) recordings, such as \(first): their minutes end with their last row"
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
