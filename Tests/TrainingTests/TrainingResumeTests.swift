import Audio
import Dataset
import DatasetSupport
import Files
import Foundation
import TestSupport
import Testing
import Training

@testable import Training

/// The folder of a run that ends early, is killed, or must not continue.
@Suite final class TrainingResumeTests {
    private let dataset: SmallDataset
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }

    init() throws { dataset = try SmallDataset() }

    private func contents(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")) }

    /// The lines of a log without the one figure that is a matter of time.
    private func log(_ run: String) throws -> [String] {
        let speed = try Regex("\"audio_seconds_per_second\":[^,]*,")
        return String(decoding: try contents("\(run)/log.jsonl"), as: UTF8.self).split(separator: "\n").map {
            String($0).replacing(speed, with: "")
        }
    }

    /// So small a rate that nothing is learnt, and no epoch is better than the first.
    private func idle(epochs: Int) -> TrainingSettings {
        var settings = SmallDataset.settings(epochs: epochs)
        settings.learningRate = 1e-9
        settings.averaging = 0
        return settings
    }

    /// Killed between the log and the checkpoint of the second epoch: the log has a line too many, and the model may be that of
    /// the second epoch. Or killed while the line was being written.
    @Test(arguments: [nil, 5] as [Int?])
    func aRunThatIsKilledBeforeTheCheckpointRepeatsItsEpoch(cutLine: Int?) throws {
        let settings = SmallDataset.settings(epochs: 3)
        try dataset.train(settings, in: "\(folder)/whole")
        let first = try dataset.run(settings, in: "\(folder)/killed")
        _ = try first.runEpoch { _ in }
        let checkpoint = try contents("killed/checkpoint.safetensors")
        _ = try first.runEpoch { _ in }
        try checkpoint.write(to: URL(fileURLWithPath: "\(folder)/killed/checkpoint.safetensors"))
        if let cutLine {
            let log = try contents("killed/log.jsonl")
            try log.dropLast(cutLine).write(to: URL(fileURLWithPath: "\(folder)/killed/log.jsonl"))
        }
        let second = try dataset.run(settings, in: "\(folder)/killed")
        #expect(second.epoch == 1)
        while !second.isFinished { _ = try second.runEpoch { _ in } }
        for name in ["checkpoint.safetensors", "model.safetensors"] {
            #expect(try contents("killed/\(name)") == contents("whole/\(name)"))
        }
        #expect(try log("killed") == log("whole") && log("whole").count == 3)
    }

    @Test func patienceEndsARunPermanently() throws {
        var settings = idle(epochs: 9)
        settings.patience = 2
        let reports = try dataset.train(settings, in: "\(folder)/run")
        #expect(reports.count == 3)
        let again = try dataset.run(settings, in: "\(folder)/run")
        #expect(again.ending == .patience && again.isFinished && again.bestEpoch == 0)

        // A plateau continues through an interruption.
        let first = try dataset.run(settings, in: "\(folder)/parts")
        for _ in 0..<2 { _ = try first.runEpoch { _ in } }
        #expect(try dataset.train(settings, in: "\(folder)/parts").count == 1)
        #expect(try contents("parts/checkpoint.safetensors") == contents("run/checkpoint.safetensors"))
    }

    @Test func plateausAreCountedThroughAnInterruption() throws {
        var settings = idle(epochs: 6)
        settings.schedule = .plateau
        settings.plateauEpochs = 2
        let rates = try dataset.train(settings, in: "\(folder)/whole").map(\.rate)
        #expect(rates == [1, 1, 1, 0.5, 0.5, 0.25].map { 1e-9 * $0 })
        for epoch in 0..<6 {
            #expect(try dataset.run(settings, in: "\(folder)/parts").runEpoch { _ in }.rate == rates[epoch])
        }
        #expect(try contents("parts/checkpoint.safetensors") == contents("whole/checkpoint.safetensors"))
        #expect(try log("parts") == log("whole"))
    }

    /// Frames outside the scaler's statistics, which use every tenth frame.
    @Test func featuresThatAreNotFiniteStopTheRunByName() throws {
        let settings = SmallDataset.settings(epochs: 2)
        _ = try dataset.run(settings, in: "\(folder)/run").runEpoch { _ in }
        let files = ["checkpoint.safetensors", "model.safetensors", "log.jsonl"]
        let before = try files.map { try contents("run/\($0)") }
        try dataset.spoil("fold3_room1_mix000_ov1", from: 5)
        let run = try dataset.run(settings, in: "\(folder)/run")
        let error = #expect(throws: TrainingError.self) { _ = try run.runEpoch { _ in } }
        guard case .notFinite(_, 6, let recordings, ["fold3_room1_mix000_ov1"]) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(recordings.contains("fold3_room1_mix000_ov1"))
        #expect(try files.map { try contents("run/\($0)") } == before)
    }

    @Test func nonFiniteFeaturesInTheScalerAreNamed() throws {
        _ = try dataset.data()
        try dataset.spoil("fold4_room1_mix001_ov1", from: 20)
        let error = #expect(throws: TrainingError.self) { _ = try dataset.data() }
        #expect(
            error?.description
                == "fold4_room1_mix001_ov1: its extracted features are not finite in frame 20; delete the file and run again")
    }

    /// Each time, though its features are extracted once.
    @Test func aRecordingWithInvalidSamplesIsUsedAndNamed() throws {
        let path = dataset.audio("fold4_room1_mix001_ov1")
        let writer = try AudioFileWriter(path: path, encoding: .waveFloat, sampleRate: 24_000, channels: 4)
        var samples = [Float](repeating: 0.1, count: 24_000 * 4)
        (samples[50_000], samples[70_000], samples[70_001]) = (1e30, .nan, -.infinity)
        try writer.write(samples.span)
        try writer.close()
        let line = "\(path): expected finite samples of up to 2^32 times full scale, found 3 others, replaced by 0"
        for _ in 0..<2 { #expect(try dataset.data().warnings.filter { $0.contains("finite") } == [line]) }
        _ = try dataset.run(SmallDataset.settings(epochs: 1), in: "\(folder)/run").runEpoch { _ in }
    }

    /// Without a warm-up the very first step would throw the parameters out; with one epoch to a step, a checkpoint of them
    /// would follow at once.
    @Test(arguments: [Float(1e30), 1e22])
    func aRateThatDestroysTheParametersIsNotApplied(rate: Float) throws {
        var settings = SmallDataset.settings(epochs: 3)
        settings.learningRate = rate
        settings.warmup = 0
        settings.stepsPerEpoch = 1
        let run = try dataset.run(settings, in: "\(folder)/run")
        let error = #expect(throws: TrainingError.self) { _ = try run.runEpoch { _ in } }
        let line = try #require(error?.description)
        #expect(line.hasPrefix("training step 0: expected finite numbers, found parameters not finite; its batch was fold"))
        #expect(line.hasSuffix("lower the learning rate or check these recordings") && !line.contains("\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/run") == [])
    }

    /// Any byte of the header's text, of the tensors, or of the checksum.
    @Test(arguments: [0.02, 0.2, 0.5, 0.9, 0.999])
    func aDamagedCheckpointIsRefused(place: Double) throws {
        let settings = SmallDataset.settings(epochs: 2)
        _ = try dataset.run(settings, in: "\(folder)/run").runEpoch { _ in }
        let path = "\(folder)/run/checkpoint.safetensors"
        var bytes = try contents("run/checkpoint.safetensors")
        // After the header's length, within its text or the tensors.
        bytes[8 + Int(Double(bytes.count - 8) * place)] ^= 0x11
        try bytes.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: (any Error).self) { _ = try dataset.run(settings, in: "\(folder)/run") }
        #expect("\(error!)".contains(path) && "\(error!)".contains("damaged"), "\(error!)")
        #expect(try contents("run/checkpoint.safetensors") == bytes)
    }

    @Test func aRunWithoutItsBestModelIsRefused() throws {
        let settings = SmallDataset.settings(epochs: 2)
        _ = try dataset.run(settings, in: "\(folder)/run").runEpoch { _ in }
        try FileManager.default.removeItem(atPath: "\(folder)/run/model.safetensors")
        let error = #expect(throws: TrainingError.self) { _ = try dataset.run(settings, in: "\(folder)/run") }
        #expect(error?.description.contains("expected the model of its best epoch, 1, beside it") == true)
    }

    /// The same names, sizes, labels and settings, but other audio: in training or in validation.
    @Test(arguments: [("fold3_room1_mix000_ov1", "data.training"), ("fold2_room1_mix002_ov1", "data.validation")])
    func aRunOfOtherAudioIsNotResumed(name: String, told: String) throws {
        let settings = SmallDataset.settings(epochs: 2)
        _ = try dataset.run(settings, in: "\(folder)/run").runEpoch { _ in }
        let labels = try String(contentsOfFile: dataset.metadata(name), encoding: .utf8)
        try dataset.write(name: name, seed: 99)
        try labels.write(toFile: dataset.metadata(name), atomically: true, encoding: .utf8)
        let error = #expect(throws: TrainingError.self) { _ = try dataset.run(settings, in: "\(folder)/run") }
        #expect(error?.description.contains("\(told): ") == true && error?.description.contains("other settings or data") == true)
    }

    @Test func twoRunsDoNotShareAFolder() throws {
        let settings = SmallDataset.settings(epochs: 2)
        let data = try dataset.data()
        let run = try TrainingRun(settings: settings, data: data, folder: folder, lock: FolderLock(folder: folder))
        #expect(throws: FolderError.inUse(path: folder, process: getpid())) { _ = try FolderLock(folder: folder) }
        withExtendedLifetime(run) {}
    }

    /// Temporary files of a process that was killed while it wrote.
    @Test func leftoversOfKilledRunsAreRemoved() throws {
        let settings = SmallDataset.settings(epochs: 2)
        let lock = try FolderLock(folder: folder)
        let leftover = "\(folder)/.bearing-17-4711.tmp"
        _ = FileManager.default.createFile(atPath: leftover, contents: nil)
        _ = try TrainingRun(settings: settings, data: try dataset.data(), folder: folder, lock: lock)
        #expect(!FileManager.default.fileExists(atPath: leftover))
    }
}
