import Files
import FoundationEssentials

/// A run's log.jsonl: one line for every epoch in its checkpoint.
///
/// A line is written before the checkpoint of its epoch. So a run killed between the two leaves one line too many or a part of
/// one, never one too few. `keep` removes it when the run continues.
struct TrainingLog {
    let path: String

    /// Removes everything except whole lines of epochs before `epochs`, each once. The file is replaced in one step, and only
    /// if something is removed.
    /// - Parameter epochs: the number of finished epochs.
    /// - Throws: `FileError` for a file that cannot be read or replaced.
    func keep(epochs: Int) throws(FileError) {
        guard Folder.has(path) else { return }
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

    /// Appends an epoch and waits until it is on disk.
    /// - Throws: `FileError` for a file that cannot be written.
    func append(_ report: EpochReport) throws {
        try WholeFile.append(Array((report.json + "\n").utf8), to: path)
    }

    private struct Line: Decodable { let epoch: Int }

    private static func epoch(of line: ArraySlice<UInt8>) -> Int? { (try? JSONDecoder().decode(Line.self, from: Data(line)))?.epoch }
}
