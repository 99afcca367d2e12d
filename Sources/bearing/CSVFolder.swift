import Dataset
import Files
import Training

/// The csv files of a folder and its subfolders, indexed by the name of the recording.
struct CSVFolder {
    let path: String
    /// Paths, indexed by name.
    let files: [String: String]

    var names: Set<String> { Set(files.keys) }

    /// - Parameter folds: nil for all files; else only files whose name or subfolder gives one of these folds.
    /// - Throws: a `Failure` for a folder without such a file, or for two files of one name.
    init(_ path: String, folds: FoldList?) throws {
        guard Folder.isFolder(path) else {
            throw Failure(.noInput, "\(path): expected a folder of csv files, found none: check the path")
        }
        let tree = FolderTree(below: path)
        if let fault = tree.faults.first { throw Failure(fault) }
        let every = tree.files(suffix: "csv")
        guard !every.isEmpty else { throw Failure(.noInput, "\(path): expected csv files, found none: check the path") }
        let chosen = folds.map { folds in every.filter { DatasetPart.fold(ofFile: $0).map(folds.numbers.contains) ?? false } } ?? every
        guard !chosen.isEmpty else {
            let found = Set(every.compactMap(DatasetPart.fold)).sorted()
            throw Failure(
                .noInput,
                "\(path): expected csv files of fold \(folds?.description ?? ""), found "
                    + (found.isEmpty ? "names without a fold" : "those of fold \(FoldList(found))"))
        }
        for (name, same) in Dictionary(grouping: chosen, by: PathName.stem).sorted(by: { $0.key < $1.key }) where same.count > 1 {
            throw Failure(
                .badData,
                "\(path): expected one csv named \(name), found \(same.joined(separator: " and ")): score their folders separately")
        }
        self.path = path
        files = Dictionary(uniqueKeysWithValues: chosen.map { (PathName.stem($0), "\(path)/\($0)") })
    }
}
