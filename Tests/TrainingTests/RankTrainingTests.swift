import Dataset
import DatasetSupport
import Formats
import Foundation
import Losses
import Networks
import Platform
import Tensor
import TestSupport
import Testing
import Tracking

@testable import Training

/// Several ranks train like one process.
@Suite(.timeLimit(.hang))
struct RankTrainingTests {
    private let dataset: SmallDataset
    private let temporary = TemporaryFolder()

    init() throws { dataset = try SmallDataset() }

    private func settings(threads: Int) -> TrainingSettings {
        var settings = SmallDataset.settings(epochs: 2)
        settings.stepsPerEpoch = 3
        settings.threads = threads
        return settings
    }

    private func contents(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: "\(temporary.path)/\(name)")) }

    /// Ranks of one thread do the same sums in the same order as one process with as many threads.
    @Test(arguments: [2, 4]) func ranksEqualThreadsToTheLastBit(ranks: Int) throws {
        let whole = try dataset.train(settings(threads: ranks), in: "\(temporary.path)/whole")
        let data = try dataset.data()
        let folder = "\(temporary.path)/ranks"
        let settings = settings(threads: 1)
        let reports = try ThreadGroup.run(ranks) { group in
            let run = try TrainingRun(settings: settings, data: data, folder: folder, group: group)
            var reports: [EpochReport] = []
            while !run.isFinished { reports.append(try run.runEpoch { _ in }) }
            return reports
        }
        for report in reports {
            #expect(report.map(\.loss.total) == whole.map(\.loss.total))
            #expect(report.map(\.gradientNorm) == whole.map(\.gradientNorm))
            #expect(report.map(\.validation) == whole.map(\.validation))
        }
        // The files name the number of threads, so they differ.
        let models = try ["ranks", "whole"].map { try ModelFile.load("\(temporary.path)/\($0)/last.safetensors") }
        #expect(models[0].parameters.all.array == models[1].parameters.all.array)
        // The models own what their buffers refer to.
        withExtendedLifetime(models) {
            for (one, other) in zip(models[0].parameters.buffers, models[1].parameters.buffers) {
                #expect(one.values.array == other.values.array)
            }
        }
    }

    /// With parts of unequal sizes, and the losses of the paper.
    @Test func unequalPartsAndOtherLossesAgreeToRounding() throws {
        var tracking = TrackingLossSettings()
        tracking.association = .exact
        tracking.squaredErrorWeight = 0.1
        var changed = settings(threads: 1)
        changed.loss = .tracking(tracking)
        let settings = changed
        let whole = try dataset.train(settings, in: "\(temporary.path)/whole")
        let data = try dataset.data()
        let folder = "\(temporary.path)/ranks"
        let losses = try ThreadGroup.run(3) { group in
            let run = try TrainingRun(settings: settings, data: data, folder: folder, group: group)
            return [try run.runEpoch { _ in }.loss.total, try run.runEpoch { _ in }.loss.total]
        }
        for loss in losses {
            for (one, other) in zip(loss, whole) { #expect(abs(one - other.loss.total) < 1e-4 * other.loss.total) }
        }
    }

    @Test func ranksResumeFromTheCheckpointThatOneOfThemHasRead() throws {
        let folder = "\(temporary.path)/parts"
        let data = try dataset.data()
        let settings = settings(threads: 1)
        _ = try dataset.train(settings, in: "\(temporary.path)/whole")
        for epoch in 0..<2 {
            let epochs = try ThreadGroup.run(2) { group in
                // Only rank 0 sees the folder.
                let own = group.rank == 0 ? folder : "/nowhere"
                let run = try TrainingRun(settings: settings, data: data, folder: own, group: group)
                let epoch = run.epoch
                _ = try run.runEpoch { _ in }
                return epoch
            }
            #expect(epochs == [epoch, epoch])
        }
        let whole = try contents("whole/log.jsonl").count
        #expect(try abs(contents("parts/log.jsonl").count - whole) < 200)
    }

    @Test func ranksOfOtherSettingsAndTooManyRanksAreRefused() throws {
        let data = try dataset.data()
        let folder = temporary.path
        let settings = settings(threads: 1)
        let error = #expect(throws: TrainingError.self) {
            try ThreadGroup.run(2) { group in
                var own = settings
                if group.rank == 1 { own.seed = 5 }
                _ = try TrainingRun(settings: own, data: data, folder: folder, group: group)
            }
        }
        #expect(error?.description.contains("rank 1: expected the settings and data of rank 0, found others (training.seed") == true)
        #expect(throws: TrainingError.self) {
            try ThreadGroup.run(5) { group in
                _ = try TrainingRun(settings: settings, data: data, folder: folder, group: group)
            }
        }
    }
}
