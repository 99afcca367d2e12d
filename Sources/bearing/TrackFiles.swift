import ArgumentParser
import Files
import Foundation
import TrackFeed

/// Where the tracks of several recordings go, so that none overwrite those of another.
struct TrackFiles {
    /// A file for each recording, in their order; nil: standard output.
    let paths: [String?]

    /// - Parameters:
    ///   - recordings: each by its pieces; its tracks are named after the first.
    ///   - folder: nil: standard output.
    ///   - ending: csv or jsonl.
    /// - Throws: `ValidationError` for recordings that would share one output.
    init(recordings: [[String]], folder: String?, ending: String) throws {
        guard let folder else {
            guard recordings.count <= 1 else {
                throw ValidationError(
                    "expected one recording on standard output, found \(recordings.count), whose rows nobody could tell apart: "
                        + "give --out for a file each, or --joined where they are pieces of one recording")
            }
            paths = recordings.map { _ in nil }
            return
        }
        if let name = Self.labelFolder(folder) {
            throw ValidationError(
                "--out: expected a folder for tracks, found \(folder), whose name, \(name), is that of the labels of a data set")
        }
        var sources: [String: String] = [:]
        var paths: [String?] = []
        for recording in recordings {
            guard let source = recording.first else { continue }
            let name = PathName.stem(source)
            // Names that differ in case or composition alone are one file on some disks, and one to the eye on all.
            let key = name.precomposedStringWithCanonicalMapping.lowercased()
            if let other = sources.updateValue(source, forKey: key) {
                throw ValidationError(
                    "expected recordings of different names, found \(other) and \(source), whose tracks would both be "
                        + "\(folder)/\(name).\(ending): give each another --out, or rename one")
            }
            paths.append("\(folder)/\(name).\(ending)")
        }
        self.paths = paths
    }

    /// - Throws: `Failure` for a file among them that `run --record` wrote: what was told live is not to be had again.
    func check() throws {
        for path in paths {
            guard let path, Self.isRecordOfDaemon(path) else { continue }
            throw Failure(
                .inputOutput, "\(path): expected to write tracks there, found those that `bearing run --record` wrote: give another --out")
        }
    }

    /// Whether a file begins as the tracks of `run --record` do.
    static func isRecordOfDaemon(_ path: String) -> Bool {
        let mark = Array(TrackMessage.recordingMark.utf8)
        return (try? WholeFile.beginning(of: path, count: mark.count)) == mark
    }

    /// The name of a folder that holds the labels of a data set, whose files have the names of the recordings too.
    static func labelFolder(_ folder: String) -> String? {
        let name = PathName.last(Folder.real(folder) ?? Folder.absolute(folder))
        return ["metadata_dev", "metadata_eval"].contains(name) ? name : nil
    }
}
