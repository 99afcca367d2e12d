import DatasetSupport
import Features
import Formats
import Foundation
import Kernels
import Losses
import Networks
import Platform
import Tensor
import TestSupport
import Testing
import Tracking
import Training

@testable import Training

@Suite final class TeacherTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.file("run") }

    private func model(tracks: Int = 2, seed: UInt64 = 3, mean: Float = -20, form: DOAnetArchitecture.Form = .paper) -> ModelFile {
        let kind = FeatureKind.foaIntensity
        let architecture = DOAnetArchitecture(
            form: form, channels: kind.channels, filters: 8, gruWidth: 8, headWidth: 8, maximumTracks: tracks, lookAhead: 0)
        let count = FrameTiming.melBands * kind.channels
        let scaler = FeatureScaler(
            kind: kind, mean: Array(repeating: mean, count: count), deviation: Array(repeating: 15, count: count))
        return ModelFile(
            parameters: DOAnetParameters(architecture, seed: seed), scaler: scaler, gate: GateSettings(), array: "foa", facts: [:])
    }

    /// The gradients of a student that answers as its teacher does, as many blocks later as it looks ahead, and reports nothing in the outputs
    /// that the teacher lacks: [12, slots, 3] and [12, slots] for two sequences of six blocks.
    ///
    /// - Parameter labelled: sources in block 4 of the second sequence.
    private func gradients(slots: Int, lookAhead: Int, labelled: Int = 0) -> (directions: [Float], logits: [Float]) {
        let model = model()
        var settings = TrainingSettings(architecture: model.architecture)
        settings.architecture.lookAhead = lookAhead
        settings.architecture.maximumTracks = slots
        (settings.batch, settings.blocks) = (2, 6)
        let team = WorkerTeam(count: 2)
        let network = DOAnetBatch<Float>(model.architecture, sequences: 2, blocks: 6, team: team)
        var random = RandomStream(seed: 1)
        let frames = (0..<2 * 30 * 64 * 7).map { _ in Float.random(in: -1...1, using: &random) }
        let teacher = Teacher(
            TeacherSettings(model: model, weight: 1), settings: settings, sequences: 2, assignment: AssignmentLossSettings(), team: team)
        var arena = Arena<Float>(capacity: 4096)
        let (directions, logits) = (arena.take(Shape(12, slots, 3)), arena.take(Shape(12, slots)))
        let (directionGradient, logitGradient) = (arena.take(Shape(12, slots, 3)), arena.take(Shape(12, slots)))
        let (references, active, onset) = (arena.take(Shape(12, slots, 3)), arena.take(Shape(12, slots)), arena.take(Shape(12, slots)))
        for tensor in [directions, directionGradient, logitGradient, references, active, onset] { tensor.fill(0) }
        logits.fill(-20)
        for slot in 0..<labelled {
            active[10 * slots + slot] = 1
            references[(10 * slots + slot) * 3 + slot] = 1
        }
        frames.withTensor(Shape(2, 30, 64, 7)) { input in
            network.forward(input, model.parameters, training: false)
            for sequence in 0..<2 {
                for t in 0..<6 {
                    let (to, from) = ((sequence * 6 + t) * slots, (sequence * 6 + t - lookAhead) * 2)
                    for i in 0..<2 { logits[to + i] = t < lookAhead ? 0 : network.activityLogits[from + i] }
                    for i in 0..<6 where t >= lookAhead { directions[to * 3 + i] = network.directions[from * 3 + i] }
                }
            }
            var value = LossValue()
            value.total = 7
            teacher.teach(
                input,
                LossBatch(
                    sequences: 2, blocks: 6, slots: slots, directions: directions.readOnly, logits: logits.readOnly,
                    references: references.readOnly, active: active.readOnly, onset: onset.readOnly,
                    directionGradient: directionGradient, logitGradient: logitGradient), value: &value)
            #expect(value.total != 7 && value.total > 0)
        }
        return (directionGradient.readOnly.array, logitGradient.readOnly.array)
    }

    /// Who answers as the teacher does, as many blocks later as it looks ahead, has nothing to learn from it but in the blocks
    /// for which there is no answer yet.
    @Test(arguments: [0, 2], [2, 3]) func aModelHasNothingToLearnFromItself(lookAhead: Int, slots: Int) {
        let gradients = gradients(slots: slots, lookAhead: lookAhead)
        for row in 0..<12 {
            let isAnswered = row % 6 >= lookAhead
            // A distance of nearly nothing has a gradient in any direction, of some hundredths of the others at most.
            for i in 0..<3 * slots { #expect(abs(gradients.directions[row * 3 * slots + i]) < 0.05) }
            // Before the first answer the labels count: silence, of which a logit of 0 is half sure.
            for i in 0..<2 { #expect(isAnswered == (abs(gradients.logits[row * slots + i]) < 1e-6), "row \(row)") }
        }
    }

    /// A sequence with more sources than the teacher has outputs is learnt from the labels, from its first block to its last.
    @Test(arguments: [2, 3]) func aTeacherOfTwoDoesNotTeachThree(labelled: Int) {
        let gradients = gradients(slots: 3, lookAhead: 0, labelled: labelled)
        for row in 0..<12 {
            let isTaught = row < 6 || labelled <= 2
            for i in 0..<2 { #expect(isTaught == (abs(gradients.logits[row * 3 + i]) < 1e-6), "row \(row)") }
        }
    }

    @Test func theWeightIsTheShareOfTheLoss() throws {
        let dataset = try SmallDataset()
        let teacher = model()
        func parameters(_ weight: Double?, _ name: String) throws -> [Float] {
            let run = try TrainingRun(
                settings: SmallDataset.settings(epochs: 1), data: try dataset.data(), folder: "\(folder)/\(name)",
                initial: model(seed: 5, form: .live), teacher: weight.map { TeacherSettings(model: teacher, weight: $0) })
            _ = try run.runEpoch { _ in }
            return run.parameters.all.array
        }
        let alone = try parameters(nil, "alone")
        #expect(try parameters(0, "none") == alone)
        #expect(try parameters(0.5, "half") != alone)
    }

    @Test func aMismatchedTeacherIsRefused() throws {
        let dataset = try SmallDataset()
        func refusal(_ teacher: ModelFile, weight: Double = 0.5, tracking: Bool = false) throws -> String? {
            var settings = SmallDataset.settings(epochs: 1)
            if tracking { settings.loss = .tracking(TrackingLossSettings()) }
            let data = try dataset.data()
            do {
                _ = try TrainingRun(
                    settings: settings, data: data, folder: folder, initial: model(seed: 5, form: .live),
                    teacher: TeacherSettings(model: teacher, weight: weight))
                return nil
            } catch { return "\(error)" }
        }
        #expect(try refusal(model(tracks: 3))?.contains("expected a model with activity for up to 2 tracks on foa-intensity") == true)
        #expect(try refusal(model(mean: -21))?.contains("expected the scaler of the initial model") == true)
        #expect(try refusal(model(), weight: 1.5)?.contains("expected 0 to 1, found 1.5") == true)
        #expect(try refusal(model(), tracking: true)?.contains("expected loss assignment") == true)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
