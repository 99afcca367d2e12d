import Audio
import Dataset
public import Features
public import Platform
import Signal
import Synchronization
public import Tensor

/// The memory of one batch, and the drawing of a step's sequences.
///
/// The draws depend only on the seed, the step and the item.
public final class TrainingBatch: @unchecked Sendable {
    /// Of this process.
    public let sequences: Int
    private let share: BatchShare
    public let blocks: Int
    /// [sequences x 5 blocks, 64, C], scaled and augmented.
    public let input: MutableTensorRef<Float>
    /// [sequences x blocks, slots, 3], and [sequences x blocks, slots] twice: see `SlotLabels`.
    public let references: MutableTensorRef<Float>
    public let active: MutableTensorRef<Float>
    public let onset: MutableTensorRef<Float>
    /// The recordings of the sequences of all ranks.
    public private(set) var sources: [Int] = []
    private let arena: Arena<Float>
    private let slots: Int
    private let kind: FeatureKind
    private let lookAhead: Int
    /// Mixers that no thread uses at the moment, and the first error of one.
    private let mixers = Mutex<[SequenceMixer]>([])
    private let failure = Mutex<(any Error)?>(nil)

    public convenience init(sequences: Int, blocks: Int, slots: Int, kind: FeatureKind, lookAhead: Int) {
        self.init(share: BatchShare(sequences), blocks: blocks, slots: slots, kind: kind, lookAhead: lookAhead)
    }

    public init(share: BatchShare, blocks: Int, slots: Int, kind: FeatureKind, lookAhead: Int) {
        let sequences = share.range.count
        let frames = sequences * blocks * FrameLayout.framesPerBlock
        var layout = ArenaLayout<Float>()
        let features = layout.add(Shape(frames, FrameTiming.melBands, kind.inputChannels))
        let (vectors, numbers) = (layout.add(Shape(sequences * blocks, slots, 3)), layout.add(Shape(sequences * blocks, slots), times: 2))
        let arena = Arena(layout)
        (input, references) = (arena[features], arena[vectors])
        (active, onset) = (arena[numbers[0]], arena[numbers[1]])
        self.arena = arena
        self.share = share
        (self.sequences, self.blocks, self.slots, self.kind, self.lookAhead) = (sequences, blocks, slots, kind, lookAhead)
    }

    /// Draws the origin and the changes of every sequence of a step, for all ranks; fast, called before `fill`.
    /// - Returns: the plans of this process.
    public func plan(
        step: Int, seed: UInt64, recordings: [LabelledRecording], augmentation: AugmentationSettings,
        mixing: SequenceMixing? = nil
    ) -> [SequencePlan] {
        let starts = recordings.map { max(0, $0.blocks - blocks) + 1 }
        let total = starts.reduce(0, +)
        let plans = (0..<share.total).map { item in
            var random = RandomStream(seed: seed, step: UInt64(step), item: UInt64(item))
            var position = Int.random(in: 0..<total, using: &random)
            var recording = 0
            while position >= starts[recording] {
                position -= starts[recording]
                recording += 1
            }
            let draw = TransformDraw(settings: augmentation, using: &random)
            // Drawn last, so that runs without mixing draw the same as before mixing existed.
            let sum = mixing?.draw(starts: starts, using: &random)
            let first = sum?.first ?? SequencePart(recording: recording, firstBlock: position)
            let symmetries = Self.symmetries(recordings[first.recording], (sum?.second).map { recordings[$0.recording] })
            return SequencePlan(
                recording: first.recording, firstBlock: first.firstBlock,
                transform: draw.transform(kind: kind, symmetries: symmetries), partner: sum?.second)
        }
        sources = plans.flatMap { [$0.recording] + ($0.partner.map { [$0.recording] } ?? []) }
        return Array(plans[share.range])
    }

    /// Symmetries of the array of a recording, or common to both arrays of a sum.
    private static func symmetries(_ first: LabelledRecording, _ second: LabelledRecording?) -> [SceneSymmetry] {
        guard let second, second.symmetries != first.symmetries else { return first.symmetries }
        return first.symmetries.filter(second.symmetries.contains)
    }

    /// Fills one sequence: features with transform and scaler, labels delayed by the look-ahead.
    ///
    /// A sum whose audio cannot be read is skipped; `checkAudio` throws the reason.
    public func fill(_ item: Int, plan: SequencePlan, recordings: [LabelledRecording], scaler: FeatureScaler) {
        let recording = recordings[plan.recording]
        let available = min(blocks, recording.blocks - plan.firstBlock)
        if let partner = plan.partner {
            let other = recordings[partner.recording]
            let longer = max(available, min(blocks, other.blocks - partner.firstBlock))
            fillSum(item, plan, of: recording, and: other, from: partner, available: longer, scaler: scaler)
            return
        }
        let first = plan.firstBlock * FrameLayout.framesPerBlock
        let frames = first..<first + available * FrameLayout.framesPerBlock
        write(item, frames, of: recording.features, transform: plan.transform, scaler: scaler)
        write(item, labels: recording.labels, firstBlock: plan.firstBlock - lookAhead, available: available, plan.transform)
    }

    /// - Throws: the first error of reading a recording since the last check.
    public func checkAudio() throws {
        if let error = failure.withLock({ $0.take() }) { throw error }
    }

    private func fillSum(
        _ item: Int, _ plan: SequencePlan, of first: LabelledRecording, and second: LabelledRecording,
        from part: SequencePart, available: Int, scaler: FeatureScaler
    ) {
        guard let (one, other) = first.mixable.flatMap({ one in second.mixable.map { (one, $0) } }) else {
            preconditionFailure("only mixable recordings are planned as a sum")
        }
        let channels = first.map?.array.capsules.count ?? FrameLayout.channels
        let mixer =
            mixers.withLock { free in free.firstIndex { $0.channels == channels }.map { free.remove(at: $0) } }
            ?? SequenceMixer(kind: kind, channels: channels, blocks: blocks, slots: slots, lookAhead: lookAhead)
        defer { mixers.withLock { $0.append(mixer) } }
        var given = 0
        do {
            let frames = try mixer.features(of: [(one.audio, plan.firstBlock, 1), (other.audio, part.firstBlock, part.gain)])
            given = available
            write(
                item, frames.rows(0..<given * FrameLayout.framesPerBlock), map: first.map?.map, transform: plan.transform,
                scaler: scaler)
        } catch {
            failure.withLock { $0 = $0 ?? error }
        }
        let labels = mixer.labels(of: [(one.references, plan.firstBlock), (other.references, part.firstBlock)])
        write(item, labels: labels, firstBlock: 1, available: given, plan.transform)
    }

    /// - Parameters:
    ///   - firstBlock: the row of the labels for the sequence's first block; rows before 0 are silent.
    ///   - available: number of blocks; later ones are silent.
    private func write(_ item: Int, labels: SlotLabels, firstBlock: Int, available: Int, _ transform: FeatureTransform) {
        for t in 0..<blocks {
            let described = firstBlock + t
            for slot in 0..<slots {
                let at = (item * blocks + t) * slots + slot
                let from = described * slots + slot
                let isActive = described >= 0 && t < available ? labels.active[from] : 0
                active[at] = isActive
                onset[at] = isActive > 0 ? labels.onset[from] : 0
                let x = labels.references
                let v =
                    isActive > 0 ? transform.symmetry.applied(to: (x[from * 3], x[from * 3 + 1], x[from * 3 + 2])) : (0, 0, 0)
                (references[at * 3], references[at * 3 + 1], references[at * 3 + 2]) = v
            }
        }
    }
}

/// One sequence of a step: its recording and block, and its change.
public struct SequencePlan: Sendable {
    public let recording: Int
    public let firstBlock: Int
    public let transform: FeatureTransform
    /// The second part of a sum; nil for other sequences.
    public let partner: SequencePart?

    public init(recording: Int, firstBlock: Int, transform: FeatureTransform, partner: SequencePart? = nil) {
        (self.recording, self.firstBlock, self.transform, self.partner) = (recording, firstBlock, transform, partner)
    }
}
