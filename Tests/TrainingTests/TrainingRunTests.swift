import Dataset
import DatasetSupport
import Features
import Formats
import Foundation
import Losses
import Networks
import Tensor
import TestSupport
import Testing
import Tracking
import Training

@Suite final class TrainingRunTests {
    private let dataset: SmallDataset
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }

    init() throws { dataset = try SmallDataset() }

    private func data() throws -> TrainingData { try dataset.data() }
    private func settings(epochs: Int = 2) -> TrainingSettings { SmallDataset.settings(epochs: epochs) }
    private func train(_ settings: TrainingSettings, in folder: String) throws -> [EpochReport] {
        try dataset.train(settings, in: folder)
    }

    private func checkpoint(_ folder: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(folder)/checkpoint.safetensors"))
    }

    @Test func theSameSeedAndThreadsGiveTheSameBytes() throws {
        _ = try train(settings(), in: "\(folder)/a")
        _ = try train(settings(), in: "\(folder)/b")
        #expect(try checkpoint("\(folder)/a") == checkpoint("\(folder)/b"))
        var other = settings()
        other.seed = 2
        _ = try train(other, in: "\(folder)/c")
        #expect(try checkpoint("\(folder)/a") != checkpoint("\(folder)/c"))
    }

    @Test func theModelOfTheLastEpochIsKept() throws {
        let reports = try train(settings(), in: folder)
        let (path, epoch) = ("\(folder)/last.safetensors", "training.epoch")
        let last = try ModelFile.load(path)
        #expect(last.facts[epoch] == "2")
        #expect(last.facts["validation.LR"] == reports[1].validation.pooled.paper.recall.map { "\(($0 * 100).rounded() / 100)" })
        // A run from before there was such a file gets it when it is started again.
        try FileManager.default.removeItem(atPath: path)
        try dataset.run(settings(), in: folder).keepLastModel()
        let again = try ModelFile.load(path)
        #expect(again.parameters.all.array == last.parameters.all.array && again.facts == last.facts)
    }

    @Test func aResumedRunEqualsOneThatNeverStopped() throws {
        _ = try train(settings(epochs: 3), in: "\(folder)/whole")
        let first = try TrainingRun(settings: settings(epochs: 3), data: try data(), folder: "\(folder)/parts")
        _ = try first.runEpoch { _ in }
        let second = try TrainingRun(settings: settings(epochs: 3), data: try data(), folder: "\(folder)/parts")
        #expect(second.epoch == 1)
        while !second.isFinished { _ = try second.runEpoch { _ in } }
        #expect(try checkpoint("\(folder)/whole") == checkpoint("\(folder)/parts"))
        let log = try String(contentsOfFile: "\(folder)/parts/log.jsonl", encoding: .utf8)
        #expect(log.split(separator: "\n").count == 3)
    }

    /// Its temperature depends on the step of the whole training, not on the steps since a resumption.
    @Test func aResumedRunContinuesTheFallOfTheSinkhornTemperature() throws {
        var tracking = TrackingLossSettings()
        (tracking.association, tracking.sinkhornStart, tracking.sinkhornEnd) = (.sinkhorn, 1, 0.01)
        var settings = settings(epochs: 3)
        settings.loss = .tracking(tracking)
        _ = try train(settings, in: "\(folder)/whole")
        _ = try dataset.run(settings, in: "\(folder)/parts").runEpoch { _ in }
        #expect(try train(settings, in: "\(folder)/parts").count == 2)
        #expect(try checkpoint("\(folder)/whole") == checkpoint("\(folder)/parts"))
        tracking.sinkhornEnd = 1
        settings.loss = .tracking(tracking)
        let error = #expect(throws: TrainingError.self) { _ = try dataset.run(settings, in: "\(folder)/whole") }
        #expect(error?.description.contains("loss.sinkhorn_end: 0.01 there, 1.0 now") == true)
        // And it does fall: another training is one at a constant temperature.
        _ = try train(settings, in: "\(folder)/constant")
        let models = try ["whole", "constant"].map { try ModelFile.load("\(folder)/\($0)/last.safetensors") }
        #expect(models[0].parameters.all.array != models[1].parameters.all.array)
    }

    /// Without rotations these few directions can be learnt by heart, so the losses fall far: to 0.6 and 0.25 of the first
    /// epoch's. A gradient that is wrong leaves them where they are, or lets them grow.
    @Test func theLossFalls() throws {
        var settings = settings(epochs: 4)
        settings.stepsPerEpoch = 100
        settings.augmentation.rotations = false
        let reports = try train(settings, in: folder)
        #expect(reports[3].loss.position < 0.8 * reports[0].loss.position)
        #expect(reports[3].loss.activity < 0.5 * reports[0].loss.activity)
    }

    @Test func aCheckpointOfOtherSettingsIsRefused() throws {
        _ = try train(settings(), in: folder)
        var other = settings()
        other.learningRate = 1e-4
        #expect {
            _ = try TrainingRun(settings: other, data: try data(), folder: folder)
        } throws: { error in
            "\(error)".contains("checkpoint.safetensors") && "\(error)".contains("other settings")
        }
    }

    @Test func anInitialModelIsUsed() throws {
        var settings = settings(epochs: 1)
        _ = try train(settings, in: "\(folder)/first")
        let model = try ModelFile.load("\(folder)/first/model.safetensors")
        settings.learningRate = 1e-9
        let run = try TrainingRun(settings: settings, data: try data(), folder: "\(folder)/second", initial: model)
        _ = try run.runEpoch { _ in }
        let next = try ModelFile.load("\(folder)/second/model.safetensors")
        for (a, b) in zip(model.parameters.entries, next.parameters.entries) {
            for (x, y) in zip(a.values.array, b.values.array) { #expect(abs(x - y) < 1e-5, "\(a.name)") }
        }

        // Another form copies all matching parameters, except those of the second direction of time.
        settings.architecture.form = .paper
        let paper = try TrainingRun(settings: settings, data: try data(), folder: "\(folder)/paper", initial: model)
        _ = try paper.runEpoch { _ in }
        let began = try ModelFile.load("\(folder)/paper/model.safetensors").parameters
        let fresh = DOAnetParameters<Float>(settings.architecture, seed: settings.seed)
        for (entry, random) in zip(began.entries, fresh.entries) {
            let isTaken = entry.name != "recurrent.1.forward.input.weight" && !entry.name.contains("backward")
            let expected = isTaken ? model.parameters.entries.first { $0.name == entry.name }?.values : random.values
            for (x, y) in zip(entry.values.array, expected?.array ?? []) { #expect(abs(x - y) < 1e-5, "\(entry.name)") }
        }

        settings.architecture.filters = 9
        #expect(throws: TrainingError.self) {
            _ = try TrainingRun(settings: settings, data: try data(), folder: "\(folder)/third", initial: model)
        }
    }
}
