public import Kernels
public import Networks
import SafeTensors
import Tensor

/// A trained Hungarian network in one safetensors file: parameters by name, sizes in the metadata.
public struct HungarianFile: Sendable {
    public static let format = "bearing-hnet-1"

    public let parameters: HungarianParameters<Float>
    /// The type of the weights in the file.
    public let weights: WeightType
    /// Training data, seed and scores, for display; kept unchanged.
    public let facts: [String: String]

    public init(parameters: HungarianParameters<Float>, weights: WeightType = .float32, facts: [String: String]) {
        self.parameters = parameters
        self.weights = weights
        self.facts = facts
    }

    /// The same network with weights of this type, rounded to it.
    /// - Throws: `tooLarge`.
    public func with(weights: WeightType) throws(ModelError) -> HungarianFile {
        let rounded = HungarianParameters<Float>(zeros: parameters.maximumTracks, width: parameters.width)
        for (old, new) in zip(parameters.entries, rounded.entries) {
            new.values.copy(from: try weights.rounded(old.name, old.values.readOnly))
        }
        return HungarianFile(parameters: rounded, weights: weights, facts: facts)
    }

    /// Writes the file in one step: a reader sees the old or the new file, never a part.
    public func save(to path: String) throws(ModelError) {
        let own = [
            "format": Self.format, "maximum_tracks": "\(parameters.maximumTracks)", "width": "\(parameters.width)",
        ]
        var tensors: [SafeTensor] = []
        for (name, values) in parameters.entries { tensors.append(try weights.tensor(name, values.readOnly)) }
        let file = SafeTensorFile(
            tensors: tensors,
            metadata: own.merging(facts.map { ("fact.\($0.key)", $0.value) }) { own, _ in own })
        do {
            try file.write(to: path)
        } catch {
            throw .container(error)
        }
    }

    /// Reads and validates a network.
    /// - Throws: a `ModelError` for a missing, unknown, misshapen or non-finite part, with its name.
    public static func load(_ path: String) throws(ModelError) -> HungarianFile {
        let file: SafeTensorFile
        do {
            file = try SafeTensorFile.read(path)
        } catch {
            throw .container(error)
        }
        let found = file.metadata["format"] ?? "none"
        guard found == format else { throw .metadata(path: path, key: "format", expected: format, found: found) }
        let (tracks, width) = (try integer("maximum_tracks", 1...4, in: file), try integer("width", 1...4096, in: file))
        do {
            // Checks the largest part before memory is allocated for all of them.
            try file.demand("recurrent.hidden.weight", shape: [3 * width, width])
        } catch {
            throw .container(error)
        }
        let parameters = HungarianParameters<Float>(zeros: tracks, width: width)
        for (name, values) in parameters.entries {
            let read: [Float]
            do {
                read = try file.floats(name, shape: values.shape.array)
            } catch {
                throw .container(error)
            }
            guard read.allSatisfy({ $0.isFinite }) else { throw .notFinite(path: path, tensor: name) }
            values.copy(from: read)
        }
        let known = Set(parameters.entries.map(\.name))
        if let surplus = file.names.first(where: { !known.contains($0) }) { throw .surplus(path: path, tensor: surplus) }
        let facts = file.metadata.compactMap { key, value in
            key.hasPrefix("fact.") ? (String(key.dropFirst(5)), value) : nil
        }
        return HungarianFile(parameters: parameters, weights: WeightType(of: file), facts: Dictionary(facts) { first, _ in first })
    }

    private static func integer(
        _ key: String, _ range: ClosedRange<Int>, in file: SafeTensorFile
    ) throws(ModelError) -> Int {
        let text = file.metadata[key] ?? "none"
        guard let value = Int(text), range.contains(value) else {
            throw .metadata(
                path: file.path, key: key, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
                found: text)
        }
        return value
    }
}
