import Dataset
import DatasetSupport
import Features
import Fingerprints
import Foundation
import Losses
import Networks
import Options
import SafeTensors
import Testing
import Training

@testable import Training

/// The identity of a checkpoint.
@Suite final class RunFingerprintTests {
    private let dataset: SmallDataset
    private let folder = NSTemporaryDirectory() + "bearing-fingerprint-\(UUID().uuidString)"

    init() throws { dataset = try SmallDataset() }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func fingerprint(_ settings: TrainingSettings) throws -> Fingerprint {
        RunFingerprint.make(settings: settings, data: try dataset.data(), initial: nil, hungarian: nil, teacher: nil)
    }

    /// A new key is in the list automatically; an excluded one is named there. Keys of both losses are in one of the two.
    @Test func everyTrainingOptionIsIncludedOrListedAsExcluded() throws {
        var names: Set<String> = []
        for loss in [LossSettings.assignment(AssignmentLossSettings()), .tracking(TrackingLossSettings())] {
            var settings = SmallDataset.settings(epochs: 2)
            settings.loss = loss
            settings.licence = "none"
            names.formUnion(try fingerprint(settings).entries.map(\.name))
        }
        let keys = Set(TrainingKey.sections.flatMap { section in section.keys.map { "\(section.name).\($0.name)" } })
        #expect(keys.subtracting(names) == RunFingerprint.leftOut)
        #expect(
            names.subtracting(keys) == [
                "format", "features.version", "data.training", "data.validation", "data.array", "start.initial", "start.hnet",
                "start.teacher",
            ])
    }

    /// Every choice of `TrainingSettings` changes it: a field without a key would not.
    @Test func everySettingChangesIt() throws {
        let base = SmallDataset.settings(epochs: 2)
        let first = try fingerprint(base)
        let changes: [String: (inout TrainingSettings) -> Void] = [
            "architecture": { $0.architecture.gruWidth = 9 }, "batch": { $0.batch = 5 }, "blocks": { $0.blocks = 13 },
            "epochs": { $0.epochs = 3 }, "stepsPerEpoch": { $0.stepsPerEpoch = 7 }, "loss": { $0.loss = .tracking(.init()) },
            "learningRate": { $0.learningRate = 1e-3 }, "warmup": { $0.warmup = 3 }, "schedule": { $0.schedule = .constant },
            "plateauEpochs": { $0.plateauEpochs = 6 }, "patience": { $0.patience = 1 }, "clip": { $0.clip = 4 },
            "averaging": { $0.averaging = 0.9 }, "augmentation": { $0.augmentation.mixLevel = 3 }, "seed": { $0.seed = 2 },
            "threads": { $0.threads = 1 }, "licence": { $0.licence = "MIT" },
        ]
        #expect(Set(changes.keys) == Set(Mirror(reflecting: base).children.compactMap(\.label)))
        let augmentations: [String: (inout TrainingSettings) -> Void] = [
            "gain": { $0.augmentation.gain = -36...11 }, "rotations": { $0.augmentation.rotations = false },
            "masks": { $0.augmentation.masks = 1 }, "maskedBands": { $0.augmentation.maskedBands = 7 },
            "mix": { $0.augmentation.mix = 0.1 },
            "mixPartners": { $0.augmentation.mixPartners = .any }, "mixLevel": { $0.augmentation.mixLevel = 3 },
        ]
        #expect(Set(augmentations.keys) == Set(Mirror(reflecting: base.augmentation).children.compactMap(\.label)))
        let half = try TrainingData(
            layout: dataset.layout, kind: .foaIntensity, slots: 2, cache: "\(folder)/cache", bits: .half, threads: 2
        ) { _ in }
        let other = RunFingerprint.make(settings: base, data: half, initial: nil, hungarian: nil, teacher: nil)
        #expect(other.differences(from: first).map(\.name) == ["data.cache_bits"])
        for (name, change) in changes.merging(augmentations, uniquingKeysWith: { one, _ in one }) {
            var settings = base
            change(&settings)
            #expect(try !fingerprint(settings).differences(from: first).isEmpty, "\(name)")
        }
    }

    /// A checkpoint of a program that did not have a key yet, and did what is now the default.
    @Test func aCheckpointWithFewerKeysIsResumed() throws {
        let settings = SmallDataset.settings(epochs: 3)
        try dataset.train(settings, in: "\(folder)/whole")
        _ = try dataset.run(settings, in: "\(folder)/parts").runEpoch { _ in }
        try rewrite { run in
            run.split(separator: "\n").filter { !$0.hasPrefix("augmentation.mix") && !$0.hasPrefix("loss.match_weight") }
                .joined(separator: "\n")
        }
        let reports = try dataset.train(settings, in: "\(folder)/parts")
        #expect(reports.count == 2)
        let models = try ["whole", "parts"].map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/last.safetensors")) }
        #expect(models[0] == models[1])
        // The same checkpoint, and another value than the default.
        var other = settings
        other.augmentation.mixLevel = 3
        try rewrite { run in
            run.split(separator: "\n").filter { !$0.hasPrefix("augmentation.mix") }.joined(separator: "\n")
        }
        let error = #expect(throws: TrainingError.self) { _ = try dataset.run(other, in: "\(folder)/parts") }
        #expect(error?.description.contains("augmentation.mix_level: none there, 3.0 now") == true)
    }

    @Test func anUnknownKeyIsRefused() throws {
        let settings = SmallDataset.settings(epochs: 3)
        _ = try dataset.run(settings, in: "\(folder)/parts").runEpoch { _ in }
        try rewrite { $0 + "loss.novelty = 3\n" }
        let error = #expect(throws: TrainingError.self) { _ = try dataset.run(settings, in: "\(folder)/parts") }
        #expect(error?.description.contains("loss.novelty: 3 there, none now") == true)
    }

    /// Changes the run's inputs in a checkpoint, with a matching checksum.
    private func rewrite(_ change: (String) -> String) throws {
        let path = "\(folder)/parts/checkpoint.safetensors"
        let file = try SafeTensorFile.read(path)
        var metadata = file.metadata
        metadata["run"] = change(metadata["run"] ?? "")
        metadata["checksum"] = Checkpoint.checksum(SafeTensorFile(tensors: file.tensors, metadata: metadata))
        try SafeTensorFile(tensors: file.tensors, metadata: metadata).write(to: path)
    }
}
