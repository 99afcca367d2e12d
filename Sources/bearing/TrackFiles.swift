import ArgumentParser
import Files
import TrackFeed

/// The files for the tracks of several recordings, all of different names.
struct TrackFiles {
    /// A file for each recording, in order; nil: standard output.
    let paths: [String?]

    /// - Parameters:
    ///   - recordings: each a list of pieces; the first piece gives the name of the tracks.
    ///   - folder: nil: standard output.
    ///   - ending: csv or jsonl.
    /// - Throws: a `ValidationError` for recordings that would share one output.
    init(recordings: [[String]], folder: String?, ending: String) throws {
        guard let folder else {
            guard recordings.count <= 1 else {
                throw ValidationError(
                    "expected one recording on standard output, found \(recordings.count), whose rows would be indistinguishable: "
                        + "give --out for one file each, or --joined for pieces of one recording")
            }
            paths = recordings.map { _ in nil }
            return
        }
        if let name = Self.labelFolder(folder) {
            throw ValidationError(
                "--out: expected a folder for tracks, found \(folder), whose name, \(name), is reserved for a data set's labels")
        }
        var sources: [String: String] = [:]
        var paths: [String?] = []
        for recording in recordings {
            guard let source = recording.first else { continue }
            let name = PathName.stem(source)
            // Names that differ only in case or Unicode composition are one file on some disks and look alike everywhere. Strings
            // that differ only in composition are equal.
            let key = name.lowercased()
            if let other = sources.updateValue(source, forKey: key) {
                throw ValidationError(
                    "expected recordings of different names, found \(other) and \(source), whose tracks would both be "
                        + "\(folder)/\(name).\(ending): give each a different --out, or rename one")
            }
            paths.append("\(folder)/\(name).\(ending)")
        }
        self.paths = paths
    }

    /// - Throws: a `Failure` for a file written by `run --record`, since its live tracks cannot be recreated.
    func check() throws {
        for path in paths {
            guard let path, Self.isRecordOfDaemon(path) else { continue }
            throw Failure(
                .inputOutput,
                "\(path): expected a file that may be replaced, found tracks written by `bearing run --record`: give another --out")
        }
    }

    /// Whether a file begins like the tracks of `run --record`.
    static func isRecordOfDaemon(_ path: String) -> Bool {
        let mark = Array(TrackMessage.recordingMark.utf8)
        return (try? WholeFile.beginning(of: path, count: mark.count)) == mark
    }

    /// The name of the folder if it is one for the labels of a data set, whose files have the names of the recordings too.
    static func labelFolder(_ folder: String) -> String? {
        let name = PathName.last(Folder.real(folder) ?? Folder.absolute(folder))
        return ["metadata_dev", "metadata_eval"].contains(name) ? name : nil
    }
}
