import Dataset
import DatasetSupport
import Files
import Foundation
import Platform
import Tensor
import TestSupport
import Testing

@testable import Training

/// The next batch is prepared while the present one trains, and nothing else changes.
@Suite(.timeLimit(.hang))
struct BatchPreparationTests {
    private let dataset: SmallDataset
    private let temporary = TemporaryFolder()

    init() throws { dataset = try SmallDataset() }

    private func source(_ data: TrainingData, mix: Float) throws -> BatchSource {
        var augmentation = AugmentationSettings()
        (augmentation.mix, augmentation.mixPartners) = (mix, .any)
        let mixing = try SequenceMixing(probability: mix, recordings: data.training, partners: .any)
        return BatchSource(recordings: data.training, scaler: data.scaler, seed: 3, augmentation: augmentation, mixing: mixing)
    }

    private func memory(_ data: TrainingData) -> TrainingBatch {
        TrainingBatch(sequences: 6, blocks: 12, slots: 2, kind: data.kind, lookAhead: 1)
    }

    private func contents(_ batch: TrainingBatch) -> [[Float]] {
        [batch.input, batch.references, batch.active, batch.onset].map(\.array) + [batch.sources.map { Float($0) }]
    }

    private func sequential(_ source: BatchSource, _ data: TrainingData, step: Int) -> [[Float]] {
        let batch = memory(data)
        BatchFilling(step: step, of: source, in: batch).fill()
        return contents(batch)
    }

    /// Steps in order, from a later one on as in a run that continues, and out of order.
    @Test(arguments: [1, 2, 4], [[0, 1, 2, 3], [7, 8], [0, 5, 1, 1]])
    func batchesEqualThoseThatOneThreadFills(threads: Int, steps: [Int]) throws {
        let data = try dataset.data()
        let source = try source(data, mix: 0.4)
        let preparation = BatchPreparation(source, steps: 9) { memory(data) }
        let team = WorkerTeam(count: threads)
        for step in steps {
            let batch = try preparation.batch(of: step, team: team)
            #expect(contents(batch) == sequential(source, data, step: step))
            #expect(batch === preparation.current)
        }
    }

    @Test func theNextBatchIsFilledWithoutTheTeamAndNoneAfterTheLast() throws {
        let data = try dataset.data()
        let source = try source(data, mix: 0.4)
        let preparation = BatchPreparation(source, steps: 2) { memory(data) }
        let team = WorkerTeam(count: 1)
        let first = try preparation.batch(of: 0, team: team)
        let next = try #require(preparation.next)
        while !next.isBegun { usleep(100) }
        #expect(next.step == 1 && next.batch !== first)
        // The batch that trains is not touched meanwhile.
        #expect(contents(first) == sequential(source, data, step: 0))
        let second = try preparation.batch(of: 1, team: team)
        #expect(second === next.batch && preparation.next == nil)
    }

    /// Recordings of a sum are read while the step before trains.
    @Test func audioThatDisappearsEndsTheRunAtItsStep() throws {
        var settings = SmallDataset.settings(epochs: 1)
        (settings.augmentation.mix, settings.augmentation.mixPartners) = (1, .any)
        let run = try dataset.run(settings, in: temporary.path)
        var steps: [Int] = []
        let error = #expect(throws: (any Error).self) {
            _ = try run.runEpoch { report in
                steps.append(report.step)
                guard report.step == 1 else { return }
                for name in run.data.training.map(\.name) { try? FileManager.default.removeItem(atPath: dataset.audio(name)) }
            }
        }
        // The batch of step 2 may have been complete by then.
        #expect(steps == [0, 1] || steps == [0, 1, 2])
        #expect(error is FileError || "\(String(describing: error))".contains(".wav"), "\(String(describing: error))")
    }

    @Test func aRunMayEndWhileItsNextBatchIsPrepared() throws {
        let data = try dataset.data()
        for step in 0..<20 {
            let preparation = BatchPreparation(try source(data, mix: 1), steps: 100) { memory(data) }
            _ = try preparation.batch(of: step, team: WorkerTeam(count: 1))
        }
    }
}
