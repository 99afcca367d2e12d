import Dataset
import Features
import Platform
import Synchronization

/// The batches of a run, one after another. A thread fills the next one while the present one trains.
///
/// The thread fills sequence by sequence. When the batch is needed, the team fills the sequences that nobody has begun, so a batch is never
/// ready later than without the thread. A sequence depends only on the seed, the step and its place, not on who fills it.
final class BatchPreparation {
    private let source: BatchSource
    /// Steps of the run; none is prepared after the last.
    private let steps: Int
    private let thread = NamedThread(name: "bearing-batch")
    /// The batch of the present step.
    private(set) var current: TrainingBatch
    private var spare: TrainingBatch
    /// The next batch, in the memory of `spare`.
    private(set) var next: BatchFilling?

    /// - Parameter make: makes the memory of a batch; called twice.
    init(_ source: BatchSource, steps: Int, make: () -> TrainingBatch) {
        (self.source, self.steps) = (source, steps)
        (current, spare) = (make(), make())
    }

    deinit { thread.stop() }

    /// The batch of a step, valid until the next call. Its successor is begun.
    /// - Throws: the first error of reading a recording of this batch.
    func batch(of step: Int, team: WorkerTeam) throws -> TrainingBatch {
        if next?.step != step {
            thread.stop()
            next = BatchFilling(step: step, of: source, in: spare)
        }
        guard let filling = next else { preconditionFailure("a batch that was begun") }
        team.run { _ in filling.fill() }
        // Ends with the sequence that it fills, since all are begun.
        thread.stop()
        try filling.batch.checkAudio()
        (current, spare, next) = (filling.batch, current, nil)
        if step + 1 < steps { begin(step + 1) }
        return current
    }

    private func begin(_ step: Int) {
        let filling = BatchFilling(step: step, of: source, in: spare)
        next = filling
        thread.start { [thread] in filling.fill { thread.isStopping } }
    }
}

/// The inputs of a run's batches.
struct BatchSource: Sendable {
    let recordings: [LabelledRecording]
    let scaler: FeatureScaler
    let seed: UInt64
    let augmentation: AugmentationSettings
    /// nil for a run without sums of recordings.
    let mixing: SequenceMixing?
}

/// A batch that several threads fill together: each takes a sequence that nobody has begun.
final class BatchFilling: Sendable {
    let step: Int
    let batch: TrainingBatch
    private let source: BatchSource
    private let plans: [SequencePlan]
    private let begun = Atomic<Int>(0)

    init(step: Int, of source: BatchSource, in batch: TrainingBatch) {
        (self.step, self.source, self.batch) = (step, source, batch)
        plans = batch.plan(
            step: step, seed: source.seed, recordings: source.recordings, augmentation: source.augmentation, mixing: source.mixing)
    }

    /// Whether a thread fills, or has filled, every sequence.
    var isBegun: Bool { begun.load(ordering: .relaxed) >= plans.count }

    /// Fills sequences until all are begun, or the work is stopped.
    func fill(isStopped: () -> Bool = { false }) {
        while !isStopped() {
            let item = begun.wrappingAdd(1, ordering: .relaxed).oldValue
            guard item < plans.count else { return }
            batch.fill(item, plan: plans[item], recordings: source.recordings, scaler: source.scaler)
        }
    }
}
