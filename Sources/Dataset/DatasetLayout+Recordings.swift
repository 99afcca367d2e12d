import Files

/// Recordings of a data set, with warnings about their selection.
public struct DatasetSelection: Sendable {
    /// In the order of their names.
    public let recordings: [Recording]
    /// Warnings about files that are not used.
    public let remarks: [String]
}

extension DatasetLayout {
    /// The recordings of some folds. Each has labels, in the same subfolder as its audio or elsewhere in `metadata_dev`.
    ///
    /// A recording belongs to the fold of its name, otherwise to that of its subfolder (`DatasetPart`).
    /// - Throws: a missing folder, no recording at all, a recording without labels or with several, two recordings of one name.
    public func development(folds: [Int]) throws(TrainingError) -> DatasetSelection {
        let audio = "\(root)/\(format.rawValue)_dev"
        let metadata = "\(root)/metadata_dev"
        let every = try files(in: audio, suffix: "wav", expected: expectedAudio)
        let chosen = every.filter { DatasetPart.fold(ofFile: $0).map(folds.contains) ?? false }
        guard !chosen.isEmpty else {
            throw .noRecordings(folder: audio, folds: folds, found: Set(every.compactMap(DatasetPart.fold)).sorted())
        }
        try requireDistinctNames(chosen, in: audio)
        let csvs = try files(in: metadata, suffix: "csv", expected: "the labels, metadata_dev/,")
        let labels = Dictionary(grouping: csvs, by: PathName.stem)
        var recordings: [Recording] = []
        for path in chosen {
            guard let csv = try label(of: path, among: labels, in: metadata) else {
                throw .missingMetadata(recording: "\(audio)/\(path)", expected: "\(metadata)/\(Self.csv(beside: path))")
            }
            recordings.append(recording(path, in: audio, metadata: "\(metadata)/\(csv)"))
        }
        return DatasetSelection(
            recordings: recordings,
            remarks: Self.remarks(audio: (audio, every), metadata: (metadata, csvs), chosen: chosen, folds: folds))
    }

    /// All recordings of the evaluation set, with labels if these are published.
    public func evaluation() throws(TrainingError) -> [Recording] {
        let audio = "\(root)/\(format.rawValue)_eval"
        let metadata = "\(root)/metadata_eval"
        let every = try files(in: audio, suffix: "wav", expected: expectedAudio)
        guard !every.isEmpty else { throw .noRecordings(folder: audio, folds: [], found: []) }
        try requireDistinctNames(every, in: audio)
        let labels =
            Folder.isFolder(metadata)
            ? Dictionary(grouping: try files(in: metadata, suffix: "csv", expected: "the labels"), by: PathName.stem) : [:]
        var recordings: [Recording] = []
        for path in every {
            let csv = try label(of: path, among: labels, in: metadata)
            recordings.append(recording(path, in: audio, metadata: csv.map { "\(metadata)/\($0)" }))
        }
        return recordings
    }

    private var expectedAudio: String { "the recordings, \(format.rawValue)_dev/ or \(format.rawValue)_eval/," }

    private func recording(_ path: String, in folder: String, metadata: String?) -> Recording {
        Recording(
            name: PathName.stem(path), audio: "\(folder)/\(path)", metadata: metadata, part: DatasetPart(path: path),
            arrayFile: arrayFile(of: PathName.stem(path)))
    }

    private func files(in folder: String, suffix: String, expected: String) throws(TrainingError) -> [String] {
        guard Folder.isFolder(folder) else { throw .missingFolder(path: folder, expected: expected) }
        let tree = FolderTree(below: folder)
        if let fault = tree.faults.first { throw .file(fault) }
        return tree.files(suffix: suffix)
    }

    /// Features, tracks and mixtures use this name for their files.
    private func requireDistinctNames(_ paths: [String], in folder: String) throws(TrainingError) {
        for (name, same) in Dictionary(grouping: paths, by: PathName.stem).sorted(by: { $0.key < $1.key }) where same.count > 1 {
            throw .ambiguous(
                folder: folder, expected: "one recording named \(name)", found: same,
                advice: "rename one of them, or make data sets of their subfolders")
        }
    }

    /// The csv beside a recording, or the only one with its name.
    private func label(
        of path: String, among labels: [String: [String]], in folder: String
    ) throws(TrainingError) -> String? {
        let name = PathName.stem(path)
        let same = labels[name] ?? []
        let place = Self.csv(beside: path)
        if let beside = same.first(where: { $0 == place }) ?? same.first(where: { $0.lowercased() == place.lowercased() }) { return beside }
        guard same.count < 2 else {
            throw .ambiguous(
                folder: folder, expected: "one csv named \(name)", found: same, advice: "put the correct one into \(place)")
        }
        return same.first
    }

    private static func csv(beside path: String) -> String {
        (path.split(separator: "/").dropLast() + ["\(PathName.stem(path)).csv"]).joined(separator: "/")
    }

    private static func remarks(
        audio: (folder: String, files: [String]), metadata: (folder: String, files: [String]), chosen: [String], folds: [Int]
    ) -> [String] {
        let unnamed = audio.files.filter { DatasetPart.fold(ofFile: $0) == nil }
        let names = Set(chosen.map(PathName.stem))
        let silent = metadata.files.filter { path in
            DatasetPart.fold(ofFile: path).map(folds.contains) ?? false && !names.contains(PathName.stem(path))
        }
        var remarks: [String] = []
        if let first = unnamed.first {
            remarks.append(
                "\(audio.folder)/\(first): \(unnamed.count) recordings without a fold in their names are skipped: "
                    + "expected names such as fold1_room2_mix003.wav, or a folder dev-train, dev-val or dev-test")
        }
        if let first = silent.first {
            remarks.append("\(metadata.folder)/\(first): \(silent.count) csv files have no recording in \(audio.folder)")
        }
        return remarks
    }
}
