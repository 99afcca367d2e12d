public import Kernels
public import Platform
public import Tensor

/// The outputs of a network for a batch, the references, and the gradients of the loss.
///
/// B sequences of T blocks, N slots; sequences lie one after another, so that each is a range of rows.
public struct LossBatch<Scalar: KernelScalar> {
    public let sequences, blocks, slots: Int
    /// [B T, N, 3] raw outputs, and [B T, N] the logits of their activity.
    public let directions, logits: TensorRef<Scalar>
    /// [B T, N, 3] unit vectors; [B T, N] 0 or 1; [B T, N] 1 in the first block of an event (see `SlotLabels`).
    public let references, active, onset: TensorRef<Float>
    /// [B T, N, 3] and [B T, N], overwritten.
    public let directionGradient, logitGradient: MutableTensorRef<Scalar>
    /// The place of these sequences in a batch that several processes share.
    public let share: BatchShare
    /// The part of the training that is done, 0 in its first step and 1 in its last: what falls during a training depends on it.
    public let progress: Double

    /// - Parameter share: nil for sequences that are a whole batch.
    public init(
        sequences: Int, blocks: Int, slots: Int, share: BatchShare? = nil, progress: Double = 0,
        directions: TensorRef<Scalar>, logits: TensorRef<Scalar>,
        references: TensorRef<Float>, active: TensorRef<Float>, onset: TensorRef<Float>,
        directionGradient: MutableTensorRef<Scalar>, logitGradient: MutableTensorRef<Scalar>
    ) {
        let (vectors, numbers) = (Shape(sequences * blocks, slots, 3), Shape(sequences * blocks, slots))
        self.sequences = sequences
        self.blocks = blocks
        self.slots = slots
        self.share = share ?? BatchShare(sequences)
        self.progress = progress
        precondition(self.share.range.count == sequences, "the share of a batch has its sequences")
        self.directions = directions.reshaped(vectors)
        self.logits = logits.reshaped(numbers)
        self.references = references.reshaped(vectors)
        self.active = active.reshaped(numbers)
        self.onset = onset.reshaped(numbers)
        self.directionGradient = directionGradient.reshaped(vectors)
        self.logitGradient = logitGradient.reshaped(numbers)
    }

    /// Outputs of the whole batch: blocks times slots.
    var outputs: Int { share.total * blocks * slots }

    /// Blocks of one sequence, as rows.
    func rows(_ sequence: Int) -> Range<Int> { sequence * blocks..<(sequence + 1) * blocks }
}

/// Computes the loss of a batch, and its gradients.
public protocol BatchLoss<Scalar> {
    associatedtype Scalar: KernelScalar

    /// Forward and backward; the result, that of the whole batch, does not depend on the number of workers.
    func evaluate(_ batch: LossBatch<Scalar>, team: WorkerTeam) -> LossValue
}

/// The loss of a batch, with its parts before weighting; zero for parts that a loss lacks.
public struct LossValue: Sendable, BitwiseCopyable {
    /// Mean square of v - y over all components, without association.
    public var squaredError = 0.0
    /// Mean distance between predictions and their references: dMOTp, or the distance of the exact assignment.
    public var position = 0.0
    /// dMOTa, or the soft match of the exact assignment: misses, false tracks and identity switches per reference.
    public var tracking = 0.0
    /// Mean binary cross-entropy over all outputs.
    public var activity = 0.0
    /// The weighted sum, which is minimised.
    public var total = 0.0

    public init() {}

    /// A reported part.
    public struct Part {
        /// In a run's log, where the suffix `_loss` follows, and in progress lines.
        public let key, title: String
        public let value: WritableKeyPath<LossValue, Double>
    }

    /// All parts, in the order of progress lines. Sums, logs and progress lines use this table.
    public static var parts: [Part] {
        [
            Part(key: "squared_error", title: "squared error", value: \.squaredError),
            Part(key: "position", title: "position", value: \.position),
            Part(key: "tracking", title: "tracking", value: \.tracking),
            Part(key: "activity", title: "activity", value: \.activity),
        ]
    }

    package func scaled(by factor: Double) -> LossValue {
        var value = self
        for part in Self.parts { value[keyPath: part.value] *= factor }
        value.total *= factor
        return value
    }

    package static func += (a: inout LossValue, b: LossValue) {
        for part in parts { a[keyPath: part.value] += b[keyPath: part.value] }
        a.total += b.total
    }
}

/// One value per sequence of a whole batch, written by the worker of the sequence and summed in the order of the sequences.
@safe
final class PerSequence<Value: BitwiseCopyable>: @unchecked Sendable {
    private let values: UnsafeMutableBufferPointer<Value>
    private let share: BatchShare

    init(_ share: BatchShare, of value: Value) {
        self.share = share
        unsafe values = .allocate(capacity: share.total)
        unsafe values.initialize(repeating: value)
    }

    deinit { unsafe values.deallocate() }

    /// - Parameter index: of a sequence of this process.
    subscript(_ index: Int) -> Value {
        get { unsafe values[share.range.lowerBound + index] }
        set { unsafe values[share.range.lowerBound + index] = newValue }
    }

    /// Over the sequences of all ranks, which meet here.
    func sum(into start: Value, _ add: (inout Value, Value) -> Void) -> Value {
        unsafe share.gather(values)
        var total = start
        for index in unsafe values.indices { unsafe add(&total, values[index]) }
        return total
    }
}
