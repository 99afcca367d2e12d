import Networks
import Testing
import Training

@testable import Training

@Suite struct TrainingProgressTests {
    private func settings(_ change: (inout TrainingSettings) -> Void) -> TrainingSettings {
        var settings = TrainingSettings(architecture: DOAnetArchitecture(form: .live, channels: 7))
        settings.epochs = 10
        settings.stepsPerEpoch = 10
        settings.warmup = 20
        settings.learningRate = 1
        change(&settings)
        return settings
    }

    @Test(arguments: LearningRateSchedule.allCases)
    func theRateRisesDuringTheWarmUp(_ schedule: LearningRateSchedule) {
        let settings = settings { $0.schedule = schedule }
        for step in 0..<20 { #expect(abs(settings.rate(at: step) - Float(step + 1) / 20) < 1e-6) }
    }

    @Test func cosineFallsToAHundredth() {
        let settings = settings { $0.schedule = .cosine }
        #expect(settings.rate(at: 20) == 1)
        #expect(abs(settings.rate(at: 60) - 0.505) < 1e-6)
        #expect(abs(settings.rate(at: 100) - 0.01) < 1e-6)
        #expect(settings.rate(at: 60, halvings: 3) == settings.rate(at: 60))
    }

    @Test func theConstantScheduleDoesNotChange() {
        let settings = settings { $0.schedule = .constant }
        #expect([20, 60, 99].allSatisfy { settings.rate(at: $0, halvings: 2) == 1 })
    }

    @Test func plateauHalvesAfterEpochsWithoutABetterMOTA() {
        let settings = settings {
            $0.schedule = .plateau
            $0.plateauEpochs = 2
        }
        var progress = TrainingProgress()
        // After each epoch: whether it is the best, and the rate of the next one.
        let course: [(mota: Double?, isBest: Bool, rate: Float)] = [
            (nil, true, 1), (-50, true, 1), (10, true, 1), (10, false, 1), (9, false, 0.5), (8, false, 0.5), (11, true, 0.5),
            (1, false, 0.5), (2, false, 0.25), (3, false, 0.25), (4, false, 0.125), (12, true, 0.125),
        ]
        for (epoch, expected) in course.enumerated() {
            #expect(progress.finishEpoch(mota: expected.mota, settings: settings) == expected.isBest, "epoch \(epoch)")
            #expect(settings.rate(at: 90, halvings: progress.halvings) == expected.rate, "epoch \(epoch)")
        }
        #expect(progress.bestEpoch == 11 && progress.bestMOTA == 12)
    }

    @Test(arguments: [(0, 10, TrainingEnding.epochs), (3, 7, .patience), (9, 10, .epochs)])
    func patienceEndsARun(_ patience: Int, _ epochs: Int, _ ending: TrainingEnding) {
        let settings = settings { $0.patience = patience }
        var progress = TrainingProgress()
        // The best is the fourth; a halved rate would not put the end off.
        let course: [Double] = [5, 4, 3, 6, 6, 5, 4, 3, 2, 1]
        while progress.ending(settings) == nil {
            _ = progress.finishEpoch(mota: course[progress.epoch], settings: settings)
        }
        #expect(progress.epoch == epochs && progress.ending(settings) == ending)
    }
}
