public import Kernels
public import Networks
public import Platform
import Tensor

/// MSE, dMOTp, dMOTa and activity through a soft association of predictions and references.
///
///     u = v / |v|      D_ij = |u_i - x_j|      A = sigmoid(Hnet(D)) or another association, absent references in no sum
///     MSE    mean of (v - y)^2, y = x, or (0, 0, 1) for an absent reference
///     dMOTp  sum A D / sum A
///     dMOTa  (FP + FN + w IDS) / references, see `DifferentiableMOT`
///     activity  cross-entropy against "some reference is this prediction's": max_j A_ij > 0.5
///
/// All sums are over the batch. The association and everything derived from it is computed in double.
public final class TrackingLoss<Scalar: KernelScalar>: BatchLoss {
    public let settings: TrackingLossSettings
    private let associators: [Associator<Scalar>]
    /// [B T, N, N].
    private let distances, association, distanceGradient, associationGradient: MutableTensorRef<Double>
    /// [B T, N].
    private let probabilities, probabilityGradient: MutableTensorRef<Double>
    /// [B T, N].
    private let latest: MutableTensorRef<Int>
    private let arena: Arena<Double>
    private let latestArena: Arena<Int>

    /// - Parameters:
    ///   - network: for `settings.association == .hnet`.
    ///   - team: of the size that will evaluate.
    public init(
        settings: TrackingLossSettings, slots: Int, sequences: Int, blocks: Int, network: HungarianParameters<Scalar>?,
        team: WorkerTeam
    ) {
        precondition(
            settings.association != .hnet || network != nil || !settings.needsAssociation, "an association by Hnet needs one")
        self.settings = settings
        associators = (0..<team.count).map { worker in
            Associator(
                settings.association, slots: slots, matrices: max(1, team.share(worker, of: sequences).count * blocks),
                network: settings.needsAssociation ? network : nil)
        }
        let (square, line) = (Shape(sequences * blocks, slots, slots), Shape(sequences * blocks, slots))
        var layout = ArenaLayout<Double>()
        let (squares, lines) = (layout.add(square, times: 4), layout.add(line, times: 2))
        let arena = Arena(layout)
        (distances, association) = (arena[squares[0]], arena[squares[1]])
        (distanceGradient, associationGradient) = (arena[squares[2]], arena[squares[3]])
        (probabilities, probabilityGradient) = (arena[lines[0]], arena[lines[1]])
        self.arena = arena
        var latestArena = Arena<Int>(holding: line)
        latest = latestArena.take(line)
        self.latestArena = latestArena
    }

    public func evaluate(_ batch: LossBatch<Scalar>, team: WorkerTeam) -> LossValue {
        precondition(
            team.count == associators.count && batch.sequences * batch.blocks == latest.shape[0]
                && batch.slots == latest.shape[1], "a batch and a team of the sizes that this loss was made for")
        let perSequence = PerSequence(batch.share, of: DifferentiableMOT.Sums())
        team.run { worker in
            let range = team.share(worker, of: batch.sequences)
            guard !range.isEmpty else { return }
            associate(range, of: batch, with: associators[worker])
            for sequence in range { perSequence[sequence] = sums(sequence, of: batch) }
        }
        let total = perSequence.sum(into: DifferentiableMOT.Sums()) { $0 += $1 }
        team.run { worker in
            let range = team.share(worker, of: batch.sequences)
            guard !range.isEmpty else { return }
            for sequence in range { gradients(sequence, of: batch, total) }
            let rows = rows(range, of: batch)
            associators[worker].backward(
                scale: settings.associationGradient, temperature: settings.temperature(at: batch.progress),
                association: association.rows(rows).readOnly,
                associationGradient: associationGradient.rows(rows).readOnly,
                distanceGradient: distanceGradient.rows(rows))
            for row in rows { outputGradients(row, of: batch) }
        }
        return value(of: total, batch)
    }

    private func value(of sums: DifferentiableMOT.Sums, _ batch: LossBatch<Scalar>) -> LossValue {
        var value = LossValue()
        if settings.squaredErrorWeight > 0 { value.squaredError = sums.squaredError / Double(3 * batch.outputs) }
        if settings.positionWeight > 0 { value.position = sums.position }
        if settings.trackingWeight > 0 { value.tracking = sums.tracking(switchWeight: settings.switchWeight) }
        if settings.activityWeight > 0 { value.activity = sums.entropy / Double(batch.outputs) }
        value.total =
            settings.squaredErrorWeight * value.squaredError + settings.positionWeight * value.position
            + settings.trackingWeight * value.tracking + settings.activityWeight * value.activity
        return value
    }

    private func rows(_ sequences: Range<Int>, of batch: LossBatch<Scalar>) -> Range<Int> {
        sequences.lowerBound * batch.blocks..<sequences.upperBound * batch.blocks
    }

    /// Distances, associations and probabilities of a worker's sequences.
    private func associate(_ sequences: Range<Int>, of batch: LossBatch<Scalar>, with associator: Associator<Scalar>) {
        let rows = rows(sequences, of: batch)
        let slots = batch.slots
        for row in rows {
            for i in 0..<slots {
                probabilities[row * slots + i] = logistic(Double(batch.logits[row * slots + i]))
                let unit = OutputDirection(batch.output(row, i), isUnit: true).vector
                for j in 0..<slots {
                    let isActive = batch.active[row * slots + j] > 0
                    distances[(row * slots + i) * slots + j] =
                        isActive ? (unit - batch.reference(row, j)).lengthOffZero : Associator<Scalar>.padding
                }
            }
        }
        associator.forward(
            distances: distances.rows(rows).readOnly, active: batch.active.rows(rows),
            temperature: settings.temperature(at: batch.progress), association: association.rows(rows))
    }

    private func sums(_ sequence: Int, of batch: LossBatch<Scalar>) -> DifferentiableMOT.Sums {
        let mot = mot(sequence, of: batch)
        var sums = mot.sums()
        for t in 0..<batch.blocks {
            for i in 0..<batch.slots {
                let at = batch.rows(sequence).lowerBound + t
                let error = batch.output(at, i) - batch.target(at, i)
                sums.squaredError += (error * error).sum()
                let logit = Double(batch.logits[at * batch.slots + i])
                sums.entropy +=
                    max(logit, 0) - (mot.isAssociated(t, i) ? logit : 0) + naturalLogarithm(1 + exponential(-abs(logit)))
            }
        }
        return sums
    }

    /// Of one sequence with respect to distances, associations and logits.
    private func gradients(_ sequence: Int, of batch: LossBatch<Scalar>, _ sums: DifferentiableMOT.Sums) {
        let rows = batch.rows(sequence)
        let mot = mot(sequence, of: batch)
        mot.gradients(
            of: sums, positionScale: settings.positionWeight,
            trackingScale: settings.trackingWeight / max(sums.references, 1), switchWeight: settings.switchWeight,
            associationGradient: associationGradient.rows(rows), distanceGradient: distanceGradient.rows(rows),
            probabilityGradient: probabilityGradient.rows(rows))
        let scale = settings.activityWeight / Double(batch.outputs)
        for t in 0..<batch.blocks {
            for i in 0..<batch.slots {
                let at = (rows.lowerBound + t) * batch.slots + i
                let p = probabilities[at]
                let slope = scale * (p - (mot.isAssociated(t, i) ? 1 : 0)) + probabilityGradient[at] * p * (1 - p)
                batch.logitGradient[at] = Scalar(slope)
            }
        }
    }

    /// Gradients from distances to the raw outputs of a block, and those of the squared error.
    private func outputGradients(_ row: Int, of batch: LossBatch<Scalar>) {
        let slots = batch.slots
        let scale = 2 * settings.squaredErrorWeight / Double(3 * batch.outputs)
        for i in 0..<slots {
            let output = batch.output(row, i)
            var gradient = scale * (output - batch.target(row, i))
            let direction = OutputDirection(output, isUnit: true)
            var ofVector = SIMD3<Double>.zero
            for j in 0..<slots where batch.active[row * slots + j] > 0 {
                let at = (row * slots + i) * slots + j
                ofVector += distanceGradient[at] / distances[at] * (direction.vector - batch.reference(row, j))
            }
            gradient += direction.gradient(ofVector: ofVector)
            for axis in 0..<3 { batch.directionGradient[(row * slots + i) * 3 + axis] = Scalar(gradient[axis]) }
        }
    }

    private func mot(_ sequence: Int, of batch: LossBatch<Scalar>) -> DifferentiableMOT {
        let rows = batch.rows(sequence)
        return DifferentiableMOT(
            blocks: batch.blocks, slots: batch.slots, association: association.rows(rows), distances: distances.rows(rows),
            probabilities: probabilities.rows(rows), active: batch.active.rows(rows), onset: batch.onset.rows(rows),
            latest: latest.rows(rows))
    }
}

extension LossBatch {
    fileprivate func output(_ row: Int, _ i: Int) -> SIMD3<Double> {
        SIMD3(directions, row: row * slots + i)
    }

    fileprivate func reference(_ row: Int, _ j: Int) -> SIMD3<Double> {
        SIMD3(references, row: row * slots + j)
    }

    /// The target of a regression without association.
    fileprivate func target(_ row: Int, _ i: Int) -> SIMD3<Double> {
        active[row * slots + i] > 0 ? reference(row, i) : SIMD3(0, 0, 1)
    }
}
