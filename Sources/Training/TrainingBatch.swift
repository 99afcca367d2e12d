public import Features
public import Tensor

/// A recording that can be drawn from: its features and its labels.
public struct LabelledRecording: Sendable {
    public let name: String
    public let features: FeatureCache
    public let labels: SlotLabels

    public init(name: String, features: FeatureCache, labels: SlotLabels) {
        self.name = name
        self.features = features
        self.labels = labels
    }

    public var blocks: Int { min(features.blocks, labels.blocks) }
}

/// The memory of one batch, and how a step's sequences are drawn into it.
///
/// What a step draws depends on the seed, the step and the item alone.
public final class TrainingBatch: @unchecked Sendable {
    public let sequences: Int
    public let blocks: Int
    /// [sequences x 5 blocks, 64, C], scaled and augmented.
    public let input: MutableTensorRef<Float>
    /// [sequences x blocks, slots, 3], and [sequences x blocks, slots] twice: see `SlotLabels`.
    public let references: MutableTensorRef<Float>
    public let active: MutableTensorRef<Float>
    public let onset: MutableTensorRef<Float>
    /// The recording that each sequence came from.
    public private(set) var sources: [Int]
    private var arena: Arena<Float>
    private let slots: Int
    private let kind: FeatureKind
    private let lookAhead: Int

    public init(sequences: Int, blocks: Int, slots: Int, kind: FeatureKind, lookAhead: Int) {
        let frames = sequences * blocks * FrameTiming.framesPerBlock
        let shapes = [
            Shape(frames, FrameTiming.melBands, kind.channels), Shape(sequences * blocks, slots, 3),
            Shape(sequences * blocks, slots), Shape(sequences * blocks, slots),
        ]
        arena = Arena(capacity: shapes.reduce(0) { $0 + Arena<Float>.footprint($1) })
        input = arena.take(shapes[0])
        references = arena.take(shapes[1])
        active = arena.take(shapes[2])
        onset = arena.take(shapes[3])
        sources = [Int](repeating: 0, count: sequences)
        (self.sequences, self.blocks, self.slots, self.kind, self.lookAhead) = (sequences, blocks, slots, kind, lookAhead)
    }

    /// Where every sequence of a step comes from and how it is changed; cheap, done before `fill`.
    public func plan(
        step: Int, seed: UInt64, recordings: [LabelledRecording], augmentation: AugmentationSettings
    ) -> [SequencePlan] {
        let starts = recordings.map { max(0, $0.blocks - blocks) + 1 }
        let total = starts.reduce(0, +)
        let plans = (0..<sequences).map { item in
            var random = RandomStream(seed: seed, step: UInt64(step), item: UInt64(item))
            var position = Int.random(in: 0..<total, using: &random)
            var recording = 0
            while position >= starts[recording] {
                position -= starts[recording]
                recording += 1
            }
            let transform = FeatureTransform.random(kind: kind, settings: augmentation, using: &random)
            return SequencePlan(recording: recording, firstBlock: position, transform: transform)
        }
        sources = plans.map(\.recording)
        return plans
    }

    /// Fills one sequence: features through the transform and the scaler, labels delayed by the look-ahead.
    public func fill(_ item: Int, plan: SequencePlan, recordings: [LabelledRecording], scaler: FeatureScaler) {
        let recording = recordings[plan.recording]
        let frames = blocks * FrameTiming.framesPerBlock
        let available = min(blocks, recording.blocks - plan.firstBlock)
        let first = plan.firstBlock * FrameTiming.framesPerBlock
        let target = input.rows(item * frames..<(item + 1) * frames)
        let given = available * FrameTiming.framesPerBlock
        plan.transform.apply(
            recording.features.frames.rows(first..<first + given), to: target.rows(0..<given), scaler: scaler)
        target.rows(given..<frames).fill(0)

        for t in 0..<blocks {
            let described = plan.firstBlock + t - lookAhead
            for slot in 0..<slots {
                let at = (item * blocks + t) * slots + slot
                let from = described * slots + slot
                let isActive = described >= 0 && t < available ? recording.labels.active[from] : 0
                active[at] = isActive
                onset[at] = isActive > 0 ? recording.labels.onset[from] : 0
                let x = recording.labels.references
                let v =
                    isActive > 0
                    ? plan.transform.reflection.applied(to: (x[from * 3], x[from * 3 + 1], x[from * 3 + 2])) : (0, 0, 0)
                (references[at * 3], references[at * 3 + 1], references[at * 3 + 2]) = v
            }
        }
    }
}

/// One sequence of a step: from which recording and block, and through which change.
public struct SequencePlan: Sendable {
    public let recording: Int
    public let firstBlock: Int
    public let transform: FeatureTransform
}
