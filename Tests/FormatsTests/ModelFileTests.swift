import Audio
import Features
import Formats
import Foundation
import Kernels
import Networks
import SafeTensors
import Tensor
import TestSupport
import Testing
import Tracking

@Suite final class ModelFileTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }
    private var path: String { temporary.file("model.safetensors") }

    private func model(hasActivity: Bool = true) -> ModelFile {
        let architecture = DOAnetArchitecture(
            form: .live, channels: 7, filters: 4, gruWidth: 5, headWidth: 6, maximumTracks: 2, lookAhead: 1)
        let count = FrameTiming.melBands * 7
        var gate = GateSettings()
        gate.openThreshold = 0.55
        gate.smoothing = 0.35
        gate.refinement = 0.2
        return ModelFile(
            parameters: DOAnetParameters(architecture, seed: 3),
            scaler: FeatureScaler(
                kind: .foaIntensity, mean: (0..<count).map { Float($0) - 9.5 },
                deviation: (0..<count).map { Float($0) * 0.1 + 0.3 }),
            gate: gate, array: "foa", hasActivity: hasActivity, facts: ["training.seed": "3", "licence": "MIT"])
    }

    /// Writes the model with some tensors or metadata changed, and reads it back.
    private func error(
        tensors change: ([SafeTensor]) -> [SafeTensor] = { $0 },
        metadata edit: ([String: String]) -> [String: String] = { $0 }
    ) throws -> String {
        try model().save(to: path)
        let file = try SafeTensorFile.read(path)
        try SafeTensorFile(tensors: change(file.tensors), metadata: edit(file.metadata)).write(to: path)
        do {
            _ = try ModelFile.load(path)
            return "no error"
        } catch {
            return error.description
        }
    }

    private func replacing(_ name: String, _ make: @escaping (SafeTensor) -> SafeTensor?) -> ([SafeTensor]) -> [SafeTensor] {
        { $0.compactMap { $0.name == name ? make($0) : $0 } }
    }

    @Test func trainedActivityIsRecorded() throws {
        for tells in [true, false] {
            try model(hasActivity: tells).save(to: path)
            #expect(try ModelFile.load(path).hasActivity == tells)
        }
        #expect(try error(metadata: { $0.merging(["activity": "perhaps"]) { $1 } }).contains("activity: expected trained or untrained"))
    }

    @Test func theArrayIsSavedWithItsCapsules() throws {
        try model().save(to: path)
        #expect(try ModelFile.load(path).geometry == nil)
        let wide = ArrayGeometry(
            name: "wide", mount: .open, capsules: ArrayGeometry.tetrahedral.capsules.map { .init(position: $0.position * 2) })
        let plain = model()
        try ModelFile(
            parameters: plain.parameters, scaler: plain.scaler, gate: plain.gate, array: wide.name, geometry: wide, facts: [:]
        ).save(to: path)
        let read = try ModelFile.load(path)
        let geometry = try #require(read.geometry)
        #expect(read.array == "wide" && geometry.name == "wide" && geometry.differences(from: wide).isEmpty)
        #expect(geometry.differences(from: .tetrahedral).count == 5)
        #expect(read.with(gate: plain.gate, facts: [:]).geometry == geometry)
        // Older files name the array alone.
        #expect(try error(metadata: { $0.merging(["array": "tetrahedral"]) { $1 } }) == "no error")
        #expect(try ModelFile.load(path).geometry == .tetrahedral)
        #expect(
            try error(metadata: { $0.merging(["array.file": "mount = 3"]) { $1 } })
                .contains("array.file: expected the text of an array file, found array.file: mount: expected one of"))
    }

    @Test func aSavedModelLoadsUnchanged() throws {
        let model = model()
        try model.save(to: path)
        let loaded = try ModelFile.load(path)
        #expect(loaded.architecture == model.architecture)
        #expect(loaded.scaler == model.scaler)
        #expect(loaded.gate == model.gate)
        #expect(loaded.facts == model.facts)
        #expect(loaded.array == "foa")
        for (a, b) in zip(model.parameters.entries + model.parameters.buffers, loaded.parameters.entries + loaded.parameters.buffers) {
            #expect(a.name == b.name && a.values.array == b.values.array)
        }
    }

    @Test func weightsOfSixteenBitsAreTheNearest() throws {
        let model = model()
        let rounded = try model.with(weights: .float16)
        try rounded.save(to: path)
        let file = try SafeTensorFile.read(path)
        let loaded = try ModelFile.load(path)
        #expect(loaded.weights == .float16 && loaded.digest == rounded.digest && loaded.digest != model.digest)
        #expect(loaded.scaler == model.scaler && loaded.gate == model.gate && loaded.facts == model.facts)
        for (old, new) in zip(model.parameters.entries, loaded.parameters.entries) {
            let isMatrix = old.values.shape.array.count > 1
            #expect(try file.tensor(old.name).type == (isMatrix ? .float16 : .float32))
            for (before, after) in zip(old.values.array, new.values.array) {
                #expect(isMatrix ? after == Half.value(Half.bits(before)!) : after == before, "\(old.name)")
            }
        }
        for (old, new) in zip(model.parameters.buffers, loaded.parameters.buffers) {
            #expect(old.values.array == new.values.array)
            #expect(try file.tensor(old.name).type == .float32)
        }
        // The type stays with the model, and the way back loses nothing.
        #expect(loaded.with(gate: GateSettings(), facts: [:]).weights == .float16)
        try loaded.with(weights: .float32).save(to: path)
        #expect(try ModelFile.load(path).digest == rounded.digest && ModelFile.load(path).weights == .float32)
    }

    @Test func aWeightBeyondSixteenBitsIsNamed() throws {
        for value in [70_000, -70_000, Float.infinity, .nan] {
            let model = model()
            let weight = try #require(model.parameters.entries.first { $0.name == "convolution.1.weight" })
            var values = weight.values.array
            values[3] = value
            weight.values.copy(from: values)
            for make in [
                { try model.with(weights: .float16).save(to: self.path) },
                {
                    try ModelFile(
                        parameters: model.parameters, scaler: model.scaler, gate: model.gate, array: "foa", weights: .float16, facts: [:]
                    ).save(to: self.path)
                },
            ] {
                #expect { try make() } throws: {
                    "\($0)".contains("convolution.1.weight: expected weights within 65504, ") && "\($0)".contains("found \(value)")
                }
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func aMissingFileIsNamed() throws {
        #expect(throws: ModelError.self) { try ModelFile.load("\(folder)/none.safetensors") }
        do { _ = try ModelFile.load("\(folder)/none.safetensors") } catch {
            #expect(error.description.contains("none.safetensors"))
        }
    }

    @Test func aFileOfAnotherFormatIsRefused() throws {
        try Data("RIFF....WAVE".utf8).write(to: URL(fileURLWithPath: path))
        do { _ = try ModelFile.load(path) } catch {
            #expect(error.description.contains(path) && error.description.contains("safetensors"))
        }
        #expect(throws: ModelError.self) { try ModelFile.load(path) }
    }

    @Test func aMissingTensorIsNamed() throws {
        let text = try error(tensors: replacing("convolution.1.weight") { _ in nil })
        #expect(text.contains(path) && text.contains("convolution.1.weight"))
    }

    @Test func aMisshapenTensorIsNamedWithBothShapes() throws {
        let text = try error(
            tensors: replacing("direction.0.bias") { SafeTensor($0.name, [Float](repeating: 0, count: 3), shape: [3]) })
        #expect(text.contains("direction.0.bias") && text.contains("[6]") && text.contains("[3]"))
    }

    @Test func numbersThatAreNotFiniteAreRefused() throws {
        let text = try error(
            tensors: replacing("activity.2.bias") { SafeTensor($0.name, [Float.nan, 0], shape: [2]) })
        #expect(text.contains("activity.2.bias") && text.contains("finite"))
    }

    @Test func aScalerThatWouldDivideByZeroIsRefused() throws {
        let text = try error(
            tensors: replacing("scaler.deviation") { SafeTensor($0.name, [Float](repeating: 0, count: 448), shape: $0.shape) })
        #expect(text.contains("scaler.deviation") && text.contains("above 0"))
    }

    @Test func aSurplusTensorIsRefused() throws {
        let text = try error(tensors: { $0 + [SafeTensor("extra", [Float(1)], shape: [1])] })
        #expect(text.contains("extra"))
    }

    @Test(arguments: [
        ("format", "bearing-doanet-9"), ("form", "sideways"), ("features", "smell"), ("filters", "many"),
        ("filters", "0"), ("maximum_tracks", "5"), ("sample_rate", "48000"), ("gate.open_threshold", "1.5"),
        ("bands", "32"),
    ])
    func invalidMetadataAreNamed(key: String, value: String) throws {
        let text = try error(metadata: { $0.merging([key: value]) { _, new in new } })
        #expect(text.contains("\(path): \(key): expected") && text.contains("found \(value)"))
        let missing = try error(metadata: { $0.filter { $0.key != key } })
        #expect(missing.contains("\(path): \(key): expected"))
    }
}
