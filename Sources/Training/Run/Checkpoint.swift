import Dataset
import Fingerprints
import Networks
import SafeTensors
import Tensor

/// The complete state of a run, from which it continues as if never interrupted, in one safetensors file that is replaced in
/// one step.
struct Checkpoint {
    let parameters: DOAnetParameters<Float>
    let averaged: DOAnetParameters<Float>
    /// The inputs of the run; a checkpoint with other inputs is refused.
    let fingerprint: Fingerprint

    static let format = "bearing-checkpoint-3"

    func save(to path: String, adam: borrowing Adam, progress: TrainingProgress) throws(SafeTensorsError) {
        var tensors = [
            SafeTensor("adam.first", adam.firstMoment.array, shape: [adam.firstMoment.count]),
            SafeTensor("adam.second", adam.secondMoment.array, shape: [adam.secondMoment.count]),
            SafeTensor(
                "progress",
                [
                    progress.epoch, adam.step, progress.bestEpoch ?? -1, progress.halvings, progress.waited,
                ].map { Int64($0) }, shape: [5]),
            SafeTensor("best.mota", [progress.bestMOTA], shape: [1]),
        ]
        for (prefix, entry) in namedEntries {
            tensors.append(SafeTensor("\(prefix).\(entry.name)", entry.values.array, shape: entry.values.shape.array))
        }
        var metadata = ["format": Self.format, "run": fingerprint.text]
        metadata["checksum"] = Self.checksum(SafeTensorFile(tensors: tensors, metadata: metadata))
        try SafeTensorFile(tensors: tensors, metadata: metadata).write(to: path)
    }

    /// Checksum of all tensors, in the order of their names, and of the other metadata.
    static func checksum(_ file: SafeTensorFile) -> String {
        var digest = Digest()
        for tensor in file.tensors.sorted(by: { $0.name < $1.name }) {
            digest.add("\(tensor.name) \(tensor.type.rawValue) \(tensor.shape)")
            digest.add(tensor.bytes)
        }
        for (key, value) in file.metadata.sorted(by: { $0.key < $1.key }) where key != "checksum" { digest.add("\(key) = \(value)") }
        return digest.text
    }

    /// Fills parameters, averages and moments; changes nothing if the file does not match.
    /// - Throws: `TrainingError.checkpoint` for other settings or data, or a damaged file; `SafeTensorsError` for another kind
    ///   of file.
    func load(from path: String, adam: inout Adam) throws -> TrainingProgress {
        let file = try SafeTensorFile.read(path)
        guard file.metadata["format"] == Self.format else {
            throw TrainingError.checkpoint(
                file: path,
                problem: "expected a \(Self.format), found \(file.metadata["format"] ?? "no format"): "
                    + "give another --out, or delete it to start again")
        }
        guard file.metadata["checksum"] == Self.checksum(file) else {
            throw TrainingError.checkpoint(
                file: path,
                problem: "expected contents that match their checksum, found others: the file is damaged; "
                    + "restore a copy, or delete it to start again")
        }
        let differences = fingerprint.differences(from: Fingerprint(text: file.metadata["run"] ?? ""))
        guard differences.isEmpty else {
            throw TrainingError.checkpoint(
                file: path,
                problem: "was written by a run with other settings or data (\(differences.summary)); give another --out, or delete it")
        }
        let moments = [adam.firstMoment.count]
        let first = try file.floats("adam.first", shape: moments)
        let second = try file.floats("adam.second", shape: moments)
        let counters = try file.int64s("progress", shape: [5])
        let mota = try file.doubles("best.mota", shape: [1])
        let values = try namedEntries.map {
            try file.floats("\($0.prefix).\($0.entry.name)", shape: $0.entry.values.shape.array)
        }
        for (target, value) in zip(namedEntries, values) { target.entry.values.copy(from: value) }
        adam.firstMoment.copy(from: first)
        adam.secondMoment.copy(from: second)
        adam.step = Int(counters[1])
        return TrainingProgress(
            epoch: Int(counters[0]), bestEpoch: counters[2] < 0 ? nil : Int(counters[2]), bestMOTA: mota[0],
            halvings: Int(counters[3]), waited: Int(counters[4]))
    }

    private var namedEntries: [(prefix: String, entry: DOAnetParameters<Float>.Entry)] {
        [("parameters", parameters), ("averaged", averaged)].flatMap { prefix, set in
            (set.entries + set.buffers).map { (prefix, $0) }
        }
    }
}
