import Foundation
import SafeTensors

/// A run's log.jsonl: one line for every epoch that its checkpoint knows.
///
/// A line is written before the checkpoint of its epoch. So a run that is killed between the two leaves a line too many or
/// a part of one, never one too few, and `keep` takes it away when the run goes on.
struct TrainingLog {
    let path: String

    /// Removes whatever is no whole line of an epoch before `epochs`, and a line that repeats an epoch; the file is replaced
    /// in one step, and only if something goes.
    /// - Parameter epochs: how many epochs are done.
    /// - Throws: `FileError` for a file that cannot be read or replaced.
    func keep(epochs: Int) throws(FileError) {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let bytes = try WholeFile.read(path)
        var kept: [UInt8] = []
        var known: Set<Int> = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[...end]
            rest = rest[(end + 1)...]
            guard let epoch = Self.epoch(of: line), epoch >= 1, epoch <= epochs,
                known.insert(epoch).inserted
            else { continue }
            kept += line
        }
        if kept != bytes { try WholeFile.write(kept, to: path) }
    }

    /// Appends an epoch and waits until the disk has it.
    func append(_ report: EpochReport) throws {
        let line = Data((try report.json() + "\n").utf8)
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw TrainingError.inputOutput(file: path, problem: "cannot be written")
        }
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: line)
        try file.synchronize()
    }

    private static func epoch(of line: ArraySlice<UInt8>) -> Int? {
        let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return object?["epoch"] as? Int
    }
}
