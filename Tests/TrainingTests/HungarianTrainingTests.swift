import Losses
import Testing
import Training

@Suite struct HungarianTrainingTests {
    @Test func aShortTrainingLearnsToAssociate() throws {
        var settings = HungarianSettings()
        settings.width = 32
        settings.matrices = 128_000
        settings.batch = 64
        settings.epochs = 1
        settings.learningRate = 5e-3
        let training = HungarianTraining(settings)
        let before = try #require(training.score(matrices: 2000).first)
        let loss = try training.runEpoch { _, _ in }
        let after = try #require(training.score(matrices: 2000).first)
        #expect(before.exact < 40 && after.exact > 80 && after.f > 80, "\(before) \(after), loss \(loss)")
    }
}
