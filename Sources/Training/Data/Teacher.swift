import Dataset
import Features
public import Formats
import Kernels
import Losses
import Networks
import Platform
import Tensor

/// A trained model that a run learns from besides the labels, and its share of the loss.
public struct TeacherSettings: Sendable {
    public let model: ModelFile
    /// Share of the loss, 0...1; labels have the rest.
    public let weight: Double

    public init(model: ModelFile, weight: Double) {
        (self.model, self.weight) = (model, weight)
    }

    /// - Throws: a model with other features or tracks, without activity, or with another scaler.
    func check(for settings: TrainingSettings, scaler: FeatureScaler) throws(TrainingError) {
        let (wanted, found) = (settings.architecture, model.architecture)
        guard model.features == scaler.kind, found.maximumTracks <= wanted.maximumTracks, model.hasActivity else {
            throw .settings(
                "teacher: expected a model with activity for up to \(wanted.maximumTracks) tracks on \(scaler.kind.rawValue), found one "
                    + "\(model.hasActivity ? "with" : "without") activity for \(found.maximumTracks) on \(model.features.rawValue)")
        }
        guard model.scaler == scaler else {
            throw .settings(
                "teacher: expected the scaler of the initial model, found another: "
                    + "use a teacher trained from that model, or remove the initial model")
        }
        guard case .assignment = settings.loss else {
            throw .settings("teacher: expected loss assignment, found tracking, which uses labels only")
        }
        guard (0...1).contains(weight) else { throw .settings("teacher weight: expected 0 to 1, found \(weight)") }
    }
}

/// Distillation (Hinton, Vinyals and Dean, 2015): the outputs of a frozen network, which may be bidirectional, serve as a
/// second set of references, weighted by their activity.
///
/// Its input is that of the student, with every augmentation applied. A teacher with fewer outputs than its student teaches the sequences
/// in which it has one for every source; in the others its references are those of the labels.
final class Teacher {
    private let network: DOAnetBatch<Float>
    private let parameters: DOAnetParameters<Float>
    private let loss: AssignmentLoss<Float>
    private let weight: Float
    private let team: WorkerTeam
    /// Blocks by which the student's outputs lag behind the teacher's.
    private let delay: Int
    /// Of the teacher.
    private let slots: Int
    private let references, active, directionGradient, logitGradient: MutableTensorRef<Float>
    private let arena: Arena<Float>

    /// - Parameter sequences: of this process.
    init(
        _ teacher: TeacherSettings, settings: TrainingSettings, sequences: Int, assignment: AssignmentLossSettings, team: WorkerTeam
    ) {
        let architecture = teacher.model.architecture
        network = DOAnetBatch(architecture, sequences: sequences, blocks: settings.blocks, team: team)
        parameters = teacher.model.parameters
        weight = Float(teacher.weight)
        self.team = team
        delay = settings.architecture.lookAhead - architecture.lookAhead
        // The teacher's activity already includes the uncertainty of its direction.
        var assignment = assignment
        assignment.activityDegrees = 0
        loss = AssignmentLoss(settings: assignment, slots: settings.architecture.maximumTracks)
        slots = architecture.maximumTracks
        var layout = ArenaLayout<Float>()
        let students = settings.architecture.maximumTracks
        let vectors = layout.add(Shape(sequences * settings.blocks, students, 3), times: 2)
        let numbers = layout.add(Shape(sequences * settings.blocks, students), times: 2)
        let arena = Arena(layout)
        (references, directionGradient) = (arena[vectors[0]], arena[vectors[1]])
        (active, logitGradient) = (arena[numbers[0]], arena[numbers[1]])
        self.arena = arena
    }

    /// Adds the teacher's part to the loss of the labels: (1 - w) of the labels, w of the teacher.
    /// - Parameters:
    ///   - input: [B, 5T, 64, C], the student's input.
    ///   - batch: the student's outputs; its gradients, of the labels only, become those of the sum.
    ///   - value: the loss of the labels; its parts are kept, the total becomes the sum.
    func teach(_ input: TensorRef<Float>, _ batch: LossBatch<Float>, value: inout LossValue) {
        network.forward(input, parameters, training: false)
        answer(batch)
        let own = loss.evaluate(
            LossBatch(
                sequences: batch.sequences, blocks: batch.blocks, slots: batch.slots, share: batch.share, directions: batch.directions,
                logits: batch.logits, references: references.readOnly, active: active.readOnly, onset: batch.onset,
                directionGradient: directionGradient, logitGradient: logitGradient), team: team)
        value.total += Double(weight) * (own.total - value.total)
        for (whole, part) in [(batch.directionGradient, directionGradient), (batch.logitGradient, logitGradient)] {
            for i in 0..<whole.count { whole[i] += weight * (part[i] - whole[i]) }
        }
    }

    /// The teacher's output for the block of each of the student's rows; the labels where there is none. Outputs that only the student has
    /// are inactive.
    private func answer(_ batch: LossBatch<Float>) {
        let (directions, logits) = (network.directions.readOnly, network.activityLogits.readOnly)
        for sequence in 0..<batch.sequences {
            let suffices = (0..<batch.blocks).allSatisfy { sources(in: batch, row: sequence * batch.blocks + $0) <= slots }
            for t in 0..<batch.blocks {
                let isThere = suffices && (0..<batch.blocks).contains(t - delay)
                for slot in 0..<batch.slots {
                    let at = (sequence * batch.blocks + t) * batch.slots + slot
                    let isTaught = isThere && slot < slots
                    let from = (sequence * batch.blocks + t - delay) * slots + slot
                    let vector =
                        isTaught
                        ? OutputDirection(SIMD3(directions, row: from), isUnit: true).vector : SIMD3(batch.references, row: at)
                    for axis in 0..<3 { references[at * 3 + axis] = Float(vector[axis]) }
                    active[at] = isTaught ? Float(logistic(Double(logits[from]))) : isThere ? 0 : batch.active[at]
                }
            }
        }
    }

    /// The number of labelled sources in a row of [B, T].
    private func sources(in batch: LossBatch<Float>, row: Int) -> Int {
        (0..<batch.slots).count { batch.active[row * batch.slots + $0] > 0 }
    }
}
