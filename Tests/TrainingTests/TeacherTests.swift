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

    /// Who answers as the teacher does, as many blocks later as it looks ahead, has nothing to learn from it but in the blocks
    /// for which there is no answer yet.
    @Test(arguments: [0, 2]) func aModelHasNothingToLearnFromItself(lookAhead: Int) {
        let model = model()
        var settings = TrainingSettings(architecture: model.architecture)
        settings.architecture.lookAhead = lookAhead
        (settings.batch, settings.blocks) = (2, 6)
        let team = WorkerTeam(count: 2)
        let network = DOAnetBatch<Float>(model.architecture, sequences: 2, blocks: 6, team: team)
        var random = RandomStream(seed: 1)
        let frames = (0..<2 * 30 * 64 * 7).map { _ in Float.random(in: -1...1, using: &random) }
        let teacher = Teacher(
            TeacherSettings(model: model, weight: 1), settings: settings, sequences: 2, assignment: AssignmentLossSettings(), team: team)
        var arena = Arena<Float>(capacity: 4096)
        let (directions, logits) = (arena.take(Shape(12, 2, 3)), arena.take(Shape(12, 2)))
        let (directionGradient, logitGradient) = (arena.take(Shape(12, 2, 3)), arena.take(Shape(12, 2)))
        let (references, silent) = (arena.take(Shape(12, 2, 3)), arena.take(Shape(12, 2)))
        for tensor in [directions, logits, directionGradient, logitGradient, references, silent] { tensor.fill(0) }
        frames.withTensor(Shape(2, 30, 64, 7)) { input in
            network.forward(input, model.parameters, training: false)
            for sequence in 0..<2 {
                for t in lookAhead..<6 {
                    let (to, from) = (sequence * 6 + t, sequence * 6 + t - lookAhead)
                    for i in 0..<6 { directions[to * 6 + i] = network.directions[from * 6 + i] }
                    for i in 0..<2 { logits[to * 2 + i] = network.activityLogits[from * 2 + i] }
                }
            }
            var value = LossValue()
            value.total = 7
            teacher.teach(
                input,
                LossBatch(
                    sequences: 2, blocks: 6, slots: 2, directions: directions.readOnly, logits: logits.readOnly,
                    references: references.readOnly, active: silent.readOnly, onset: silent.readOnly,
                    directionGradient: directionGradient, logitGradient: logitGradient), value: &value)
            #expect(value.total != 7 && value.total > 0)
        }
        for row in 0..<12 {
            let isAnswered = row % 6 >= lookAhead
            // A distance of nearly nothing has a gradient in any direction, of some hundredths of the others at most.
            for i in 0..<6 { #expect(abs(directionGradient[row * 6 + i]) < 0.05) }
            // Before the first answer the labels count: silence, of which a logit of 0 is half sure.
            for i in 0..<2 { #expect(isAnswered == (abs(logitGradient[row * 2 + i]) < 1e-6), "row \(row)") }
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
        #expect(try refusal(model(tracks: 3))?.contains("expected a model with activity for 2 tracks on foa-intensity") == true)
        #expect(try refusal(model(mean: -21))?.contains("expected the scaler of the initial model") == true)
        #expect(try refusal(model(), weight: 1.5)?.contains("expected 0 to 1, found 1.5") == true)
        #expect(try refusal(model(), tracking: true)?.contains("expected loss assignment") == true)
        #expect(!FileManager.default.fileExists(atPath: folder))
    }
}
