import Formats
import Foundation
import Networks
import SafeTensors
import Tensor
import TestSupport
import Testing

@Suite final class HungarianFileTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("hnet.safetensors") }
    private let net = HungarianFile(parameters: HungarianParameters(3, width: 8, seed: 4), facts: ["training.seed": "4"])

    @Test func aSavedModelLoadsUnchanged() throws {
        try net.save(to: path)
        let loaded = try HungarianFile.load(path)
        #expect(loaded.parameters.maximumTracks == 3 && loaded.parameters.width == 8)
        #expect(loaded.parameters.all.array == net.parameters.all.array)
        #expect(loaded.facts == net.facts)
    }

    @Test func weightsOfSixteenBitsAreTheNearest() throws {
        try net.with(weights: .float16).save(to: path)
        let loaded = try HungarianFile.load(path)
        #expect(loaded.weights == .float16 && loaded.facts == net.facts)
        for (old, new) in zip(net.parameters.entries, loaded.parameters.entries) {
            let isMatrix = old.values.shape.array.count > 1
            #expect(new.values.array == old.values.array.map { isMatrix ? Half.value(Half.bits($0)!) : $0 }, "\(old.name)")
        }
    }

    /// Saves with a change and returns the error of loading.
    private func error(_ change: (SafeTensorFile) -> SafeTensorFile) throws -> String {
        try net.save(to: path)
        try change(try SafeTensorFile.read(path)).write(to: path)
        do {
            _ = try HungarianFile.load(path)
            return "no error"
        } catch {
            return error.description
        }
    }

    private func edited(_ key: String, _ value: String?) -> (SafeTensorFile) -> SafeTensorFile {
        { file in
            var metadata = file.metadata
            metadata[key] = value
            return SafeTensorFile(tensors: file.tensors, metadata: metadata)
        }
    }

    @Test func aDamagedFileIsNamed() throws {
        #expect(try error(edited("format", "bearing-doanet-1")).contains("format: expected bearing-hnet-1"))
        #expect(try error(edited("maximum_tracks", "9")).contains("maximum_tracks: expected a whole number from 1 to 4, found 9"))
        #expect(try error(edited("width", nil)).contains("width: expected a whole number"))
        #expect(try error(edited("width", "16")).contains("shape"))
        let dropped = try error { SafeTensorFile(tensors: Array($0.tensors.dropLast()), metadata: $0.metadata) }
        #expect(dropped.contains("expected a tensor"))
        let surplus = try error {
            SafeTensorFile(tensors: $0.tensors + [SafeTensor("more", [Float(1)], shape: [1])], metadata: $0.metadata)
        }
        #expect(surplus.contains("tensor more"))
        let infinite = try error { file in
            SafeTensorFile(
                tensors: file.tensors.map {
                    $0.name == "association.bias" ? SafeTensor($0.name, [Float.nan, 0, 0], shape: [3]) : $0
                }, metadata: file.metadata)
        }
        #expect(infinite.contains("association.bias: expected finite numbers"))
    }
}
