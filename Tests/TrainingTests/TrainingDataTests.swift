import Audio
import Dataset
import DatasetSupport
import Features
import Foundation
import Tensor
import Testing
import Training

@Suite struct TrainingDataTests {
    private func load(_ dataset: SmallDataset, slots: Int = 2) throws -> TrainingData {
        try TrainingData(
            layout: dataset.layout, kind: .foaIntensity, slots: slots, cache: "\(dataset.root)/cache", threads: 2
        ) { _ in }
    }

    @Test func splitsFollowTheFolds() throws {
        let dataset = try SmallDataset(folds: [1, 2, 3, 4, 5, 6])
        let data = try load(dataset)
        #expect(data.training.map(\.name).map { $0.prefix(5) } == ["fold3", "fold4", "fold5", "fold6"])
        #expect(data.validation.map(\.name).map { $0.prefix(5) } == ["fold2"])
        #expect(data.training[0].blocks == dataset.seconds * 10)
    }

    @Test func aFolderWithoutMetadataIsNamed() throws {
        let dataset = try SmallDataset()
        try FileManager.default.removeItem(atPath: "\(dataset.root)/metadata_dev")
        let text = message { _ = try load(dataset) }
        #expect(text.contains("\(dataset.root)/metadata_dev") && text.contains("no such folder"))
    }

    @Test func aRecordingWithoutLabelsIsNamed() throws {
        let dataset = try SmallDataset()
        try FileManager.default.removeItem(atPath: dataset.metadata("fold4_room1_mix001_ov1"))
        let text = message { _ = try load(dataset) }
        #expect(text.contains("fold4_room1_mix001_ov1.wav") && text.contains("expected its labels"))
    }

    @Test func aBadRowIsNamedWithFileAndLine() throws {
        let dataset = try SmallDataset()
        let path = dataset.metadata("fold3_room1_mix000_ov1")
        try "0,1,0,10,20\n1,1,0,ten,20\n".write(toFile: path, atomically: true, encoding: .utf8)
        let text = message { _ = try load(dataset) }
        #expect(text.contains("\(path):2"))
    }

    @Test func anotherRateIsRefused() throws {
        let dataset = try SmallDataset()
        let path = dataset.audio("fold3_room1_mix000_ov1")
        let writer = try AudioFileWriter(path: path, encoding: .wave16, sampleRate: 48_000, channels: 4)
        try writer.write([Float](repeating: 0.1, count: 4800).span)
        try writer.close()
        let text = message { _ = try load(dataset) }
        #expect(text.contains(path) && text.contains("24000") && text.contains("48000"))
    }

    @Test func anEmptyFoldIsReported() throws {
        let dataset = try SmallDataset(folds: [3, 4])
        let text = message { _ = try load(dataset) }
        #expect(text.contains("fold 2") && text.contains("\(dataset.root)/foa_dev"))
    }

    /// A copy of the features of the first recording; the mapped file lives as long as the data.
    private func firstFrames(_ dataset: SmallDataset) throws -> [Float] {
        let data = try load(dataset)
        return withExtendedLifetime(data) { data.training[0].features.frames.array }
    }

    @Test func theCacheIsRebuiltWhenTheAudioChanges() throws {
        let dataset = try SmallDataset()
        let name = "fold3_room1_mix000_ov1"
        let first = try firstFrames(dataset)
        let again = try firstFrames(dataset)
        #expect(first == again)
        try dataset.write(name: name, seed: 99)
        let changed = try firstFrames(dataset)
        #expect(changed != first)
    }

    @Test func aDamagedCacheIsReplaced() throws {
        let dataset = try SmallDataset()
        let first = try firstFrames(dataset)
        let path = "\(dataset.root)/cache/fold3_room1_mix000_ov1.foa-intensity.features"
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try firstFrames(dataset) == first)
    }

    @Test func moreSourcesThanSlotsAreReported() throws {
        let dataset = try SmallDataset()
        let path = dataset.metadata("fold3_room1_mix000_ov1")
        let rows = (0..<20).flatMap { frame in (0..<3).map { "\(frame),\($0),\($0),\($0 * 90),0" } }
        try (rows.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        let warnings = try load(dataset).warnings
        #expect(warnings.contains { $0.contains("fold3_room1_mix000_ov1") && $0.contains("20 frames") })
    }
}
