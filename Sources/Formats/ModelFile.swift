public import Audio
public import Features
import Files
import Fingerprints
public import Kernels
public import Networks
import Options
import SafeTensors
import Signal
import Tensor
public import Tracking

/// A trained network with everything it needs to run, in one safetensors file: parameters and running statistics by name, and
/// the feature scaler (`scaler.mean`, `scaler.deviation`, [64, C]). The metadata contain the architecture, the features, the
/// array, the gate's thresholds and the model's origin.
public struct ModelFile: Sendable {
    public static let format = "bearing-doanet-1"
    /// The array of a model that takes the geometry of the array at hand.
    public static let anyArray = "any"
    private static let untrained = "untrained"
    /// The array as the text of its array file.
    private static let geometryKey = "array.file"

    public let parameters: DOAnetParameters<Float>
    public let scaler: FeatureScaler
    public let gate: GateSettings
    /// The microphone that the model was trained for: `foa`, the name of an array, or `anyArray`.
    public let array: String
    /// The capsules of that microphone; nil for `foa`, and for arrays that older files only name.
    public let geometry: ArrayGeometry?
    /// Whether activities were trained. Without them directions can be scored, but a gate cannot detect sources.
    public let hasActivity: Bool
    /// The type of the weights in the file.
    public let weights: WeightType
    /// Training data, seed, metrics and licence, for display; kept unchanged.
    public let facts: [String: String]

    public var architecture: DOAnetArchitecture { parameters.architecture }
    public var features: FeatureKind { scaler.kind }

    public init(
        parameters: DOAnetParameters<Float>, scaler: FeatureScaler, gate: GateSettings, array: String,
        geometry: ArrayGeometry? = nil, hasActivity: Bool = true, weights: WeightType = .float32, facts: [String: String]
    ) {
        precondition(parameters.architecture.channels == scaler.kind.inputChannels, "a scaler of the network's features")
        self.parameters = parameters
        self.scaler = scaler
        self.gate = gate
        self.array = array
        self.geometry = geometry ?? (array == ArrayGeometry.tetrahedral.name ? .tetrahedral : nil)
        self.hasActivity = hasActivity
        self.weights = weights
        self.facts = facts
    }

    /// The same model with other thresholds, and facts about them.
    public func with(gate: GateSettings, facts: [String: String]) -> ModelFile {
        ModelFile(
            parameters: parameters, scaler: scaler, gate: gate, array: array, geometry: geometry,
            hasActivity: hasActivity, weights: weights, facts: facts)
    }

    /// The same model with weights of this type, rounded to it.
    /// - Throws: `tooLarge`.
    public func with(weights: WeightType) throws(ModelError) -> ModelFile {
        let rounded = DOAnetParameters<Float>(zeros: architecture)
        for (old, new) in zip(parameters.entries, rounded.entries) {
            new.values.copy(from: try weights.rounded(old.name, old.values.readOnly))
        }
        for (old, new) in zip(parameters.buffers, rounded.buffers) { new.values.copy(from: old.values.array) }
        return ModelFile(
            parameters: rounded, scaler: scaler, gate: gate, array: array, geometry: geometry, hasActivity: hasActivity,
            weights: weights, facts: facts)
    }

    /// Digest of all numbers of the network and its scaler.
    public var digest: UInt64 {
        var digest = Digest()
        for entry in parameters.entries + parameters.buffers {
            let values = entry.values
            unsafe digest.add(UnsafeRawBufferPointer(start: values.unsafeBase, count: values.count * MemoryLayout<Float>.stride))
        }
        for value in scaler.mean + scaler.deviation { digest.add(UInt64(value.bitPattern)) }
        return digest.value
    }

    /// Writes the file in one step: a reader sees the old or the new file, never a part.
    public func save(to path: String) throws(ModelError) {
        let size = [FrameTiming.melBands, features.inputChannels]
        var tensors: [SafeTensor] = []
        for entry in parameters.entries { tensors.append(try weights.tensor(entry.name, entry.values.readOnly)) }
        for buffer in parameters.buffers {
            tensors.append(SafeTensor(buffer.name, buffer.values.array, shape: buffer.values.shape.array))
        }
        tensors.append(SafeTensor("scaler.mean", scaler.mean, shape: size))
        tensors.append(SafeTensor("scaler.deviation", scaler.deviation, shape: size))
        do {
            try SafeTensorFile(tensors: tensors, metadata: metadata).write(to: path)
        } catch {
            throw .container(error)
        }
    }

    private var metadata: [String: String] {
        var own = [
            "format": Self.format,
            "form": architecture.form.rawValue,
            "bands": "\(architecture.bands)",
            "filters": "\(architecture.filters)",
            "gru_width": "\(architecture.gruWidth)",
            "head_width": "\(architecture.headWidth)",
            "maximum_tracks": "\(architecture.maximumTracks)",
            "look_ahead": "\(architecture.lookAhead)",
            "features": features.rawValue,
            "sample_rate": "\(FrameLayout.sampleRate)",
            "array": array,
        ]
        for key in GateKey.allCases { own[Self.name(of: key)] = key.text(in: gate) }
        if let geometry { own[Self.geometryKey] = ArrayFile.text(of: geometry) }
        if !hasActivity { own["activity"] = Self.untrained }
        return own.merging(facts.map { ("fact.\($0.key)", $0.value) }) { _, fact in fact }
    }

    /// Reads and validates a model.
    /// - Throws: a `ModelError` for a missing, unknown, misshapen or non-finite part, with its name.
    public static func load(_ path: String) throws(ModelError) -> ModelFile {
        let file: SafeTensorFile
        do {
            file = try SafeTensorFile.read(path)
        } catch {
            throw .container(error)
        }
        let metadata = ModelMetadata(path: path, values: file.metadata)
        _ = try metadata.one(of: [format], "format")
        _ = try metadata.one(of: ["\(FrameLayout.sampleRate)"], "sample_rate")
        let kind = try metadata.value("features", FeatureKind.init, expected: FeatureKind.allCases.map(\.rawValue))
        let architecture = try Self.architecture(metadata, channels: kind.inputChannels)
        let gate = try Self.gate(metadata)
        // Checks the file against the metadata before memory is allocated.
        for (name, shape) in architecture.trainables + architecture.statistics {
            do {
                try file.demand(name, shape: shape.array)
            } catch {
                throw .container(error)
            }
        }
        let parameters = DOAnetParameters<Float>(zeros: architecture)
        for entry in parameters.entries + parameters.buffers {
            entry.values.copy(from: try values(entry.name, entry.values.shape.array, in: file))
        }
        let size = [FrameTiming.melBands, kind.inputChannels]
        let mean = try values("scaler.mean", size, in: file)
        let deviation = try values("scaler.deviation", size, in: file)
        guard deviation.allSatisfy({ $0 > 0 }) else { throw .notPositive(path: path, tensor: "scaler.deviation") }
        for entry in parameters.buffers where entry.name.hasSuffix(".variance") {
            guard entry.values.array.allSatisfy({ $0 >= 0 }) else { throw .notPositive(path: path, tensor: entry.name) }
        }
        let known = Set((parameters.entries + parameters.buffers).map(\.name) + ["scaler.mean", "scaler.deviation"])
        if let surplus = file.names.first(where: { !known.contains($0) }) { throw .surplus(path: path, tensor: surplus) }
        let facts = file.metadata.compactMap { key, value in
            key.hasPrefix("fact.") ? (String(key.dropFirst(5)), value) : nil
        }
        return ModelFile(
            parameters: parameters, scaler: FeatureScaler(kind: kind, mean: mean, deviation: deviation), gate: gate,
            array: try metadata.string("array"), geometry: try geometry(metadata), hasActivity: try hasActivity(metadata),
            weights: WeightType(of: file), facts: Dictionary(facts) { first, _ in first })
    }

    private static func values(_ name: String, _ shape: [Int], in file: SafeTensorFile) throws(ModelError) -> [Float] {
        let values: [Float]
        do {
            values = try file.floats(name, shape: shape)
        } catch {
            throw .container(error)
        }
        guard values.allSatisfy({ $0.isFinite }) else { throw .notFinite(path: file.path, tensor: name) }
        return values
    }

    private static func architecture(_ metadata: ModelMetadata, channels: Int) throws(ModelError) -> DOAnetArchitecture {
        typealias Form = DOAnetArchitecture.Form
        let architecture = DOAnetArchitecture(
            form: try metadata.value("form", Form.init, expected: Form.allCases.map(\.rawValue)), channels: channels,
            bands: try metadata.integer("bands", FrameTiming.melBands...FrameTiming.melBands),
            filters: try metadata.integer("filters", 1...4096), gruWidth: try metadata.integer("gru_width", 1...4096),
            headWidth: try metadata.integer("head_width", 1...4096),
            maximumTracks: try metadata.integer("maximum_tracks", 1...TrackGate.capacity),
            lookAhead: try metadata.integer("look_ahead", 0...100))
        return architecture
    }

    /// Files without the key come from trainings with an activity branch.
    private static func hasActivity(_ metadata: ModelMetadata) throws(ModelError) -> Bool {
        guard metadata.values["activity"] != nil else { return true }
        return try metadata.one(of: ["trained", untrained], "activity") != untrained
    }

    private static func geometry(_ metadata: ModelMetadata) throws(ModelError) -> ArrayGeometry? {
        guard let text = metadata.values[geometryKey] else { return nil }
        do {
            return try ArrayFile.parse(text, file: geometryKey)
        } catch {
            throw .metadata(
                path: metadata.path, key: geometryKey, expected: "the text of an array file",
                found: error.faults.first?.description ?? "none")
        }
    }

    private static func name(of key: GateKey) -> String { "gate.\(key.rawValue)" }

    /// Settings that are missing in older files and then have their defaults.
    private static let laterGateKeys: Set<GateKey> = [.recallBlocks, .smoothing, .refinement]

    private static func gate(_ metadata: ModelMetadata) throws(ModelError) -> GateSettings {
        var gate = GateSettings()
        for key in GateKey.allCases {
            let name = name(of: key)
            if laterGateKeys.contains(key), metadata.values[name] == nil { continue }
            // The only limit that depends on another setting, which is read earlier.
            let limits = key == .stayThreshold ? 0...gate.openThreshold : key.limits
            let value =
                key.isInteger
                ? Float(try metadata.integer(name, Int(limits.lowerBound)...Int(limits.upperBound)))
                : try metadata.number(name, limits)
            key.set(value, in: &gate)
        }
        return gate
    }
}

/// The strings of a model file, each with an error if it is missing or invalid.
private struct ModelMetadata {
    let path: String
    let values: [String: String]

    func string(_ key: String) throws(ModelError) -> String {
        guard let value = values[key] else {
            throw .metadata(path: path, key: key, expected: "a value in the metadata", found: "none")
        }
        return value
    }

    func value<Value>(
        _ key: String, _ make: (String) -> Value?, expected: [String]
    ) throws(ModelError) -> Value {
        let text = try string(key)
        guard let value = make(text) else {
            throw .metadata(path: path, key: key, expected: expected.joined(separator: " or "), found: text)
        }
        return value
    }

    func one(of choices: [String], _ key: String) throws(ModelError) -> String {
        try value(key, { choices.contains($0) ? $0 : nil }, expected: choices)
    }

    func integer(_ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> Int {
        try value(
            key, { Int($0).flatMap { range.contains($0) ? $0 : nil } },
            expected: ["a whole number from \(range.lowerBound) to \(range.upperBound)"])
    }

    func number(_ key: String, _ range: ClosedRange<Float>) throws(ModelError) -> Float {
        try value(
            key, { Float($0).flatMap { range.contains($0) ? $0 : nil } },
            expected: ["a number from \(range.lowerBound) to \(range.upperBound)"])
    }
}
