import Glibc
import Kernels
import Losses
import Platform
import Tensor
import Testing

@Suite struct AssignmentLossTests {
    /// A sequence whose references swap nothing, and predictions given per output.
    private struct Case {
        var directions: [Double]
        var logits: [Double]
        var references: [Float]
        var active: [Float]
        let slots: Int
        var blocks: Int { logits.count / slots }
    }

    private func evaluate(
        _ c: Case, settings: AssignmentLossSettings
    ) -> (loss: LossValue, directionGradient: [Double], logitGradient: [Double]) {
        var arena = Arena<Double>(capacity: 4096)
        let directionGradient = arena.take(Shape(c.blocks, c.slots, 3))
        let logitGradient = arena.take(Shape(c.blocks, c.slots))
        let loss = AssignmentLoss<Double>(settings: settings, slots: c.slots)
        let value = c.directions.withTensor(Shape(c.blocks, c.slots, 3)) { directions in
            c.logits.withTensor(Shape(c.blocks, c.slots)) { logits in
                c.references.withTensor(Shape(c.blocks, c.slots, 3)) { references in
                    c.active.withTensor(Shape(c.blocks, c.slots)) { active in
                        loss.sequence(
                            directions: directions, logits: logits, references: references, active: active,
                            positionScale: 0.1, activityScale: 0.05, directionGradient: directionGradient,
                            logitGradient: logitGradient)
                    }
                }
            }
        }
        return (value, directionGradient.array, logitGradient.array)
    }

    /// - Parameter isSoft: whether activities are those of a teacher, between 0 and 1.
    private func random(slots: Int, blocks: Int, seed: UInt64, isSoft: Bool = false) -> Case {
        var random = RandomStream(seed: seed)
        func values(_ count: Int) -> [Double] { (0..<count).map { _ in Double.random(in: -1...1, using: &random) } }
        return Case(
            directions: values(blocks * slots * 3), logits: values(blocks * slots).map { $0 * 3 },
            references: values(blocks * slots * 3).map(Float.init),
            active: (0..<blocks * slots).map { _ in
                isSoft ? Float.random(in: 0...1, using: &random) : Bool.random(using: &random) ? 1 : 0
            }, slots: slots)
    }

    @Test(
        arguments: [(1, 1, false), (2, 1, false), (2, 5, false), (2, 5, true), (2, nil, false), (3, 5, false), (4, nil, true)]
            as [(Int, Int?, Bool)], AssignmentLossSettings.Distance.allCases)
    func gradientsMatchFiniteDifferences(
        shape: (slots: Int, window: Int?, isSoft: Bool), distance: AssignmentLossSettings.Distance
    ) {
        let (slots, window, isSoft) = shape
        var settings = AssignmentLossSettings()
        settings.distance = distance
        settings.window = window
        settings.activityWeight = 0.7
        settings.positionWeight = 1.3
        settings.matchWeight = 0.9
        let c = random(slots: slots, blocks: 8, seed: UInt64(slots), isSoft: isSoft)
        let analytic = evaluate(c, settings: settings)
        let h = 1e-6
        for i in c.directions.indices {
            var (up, down) = (c, c)
            up.directions[i] += h
            down.directions[i] -= h
            let numeric = (evaluate(up, settings: settings).loss.total - evaluate(down, settings: settings).loss.total) / (2 * h)
            #expect(abs(numeric - analytic.directionGradient[i]) < 1e-7, "direction \(i)")
        }
        for i in c.logits.indices {
            var (up, down) = (c, c)
            up.logits[i] += h
            down.logits[i] -= h
            let numeric = (evaluate(up, settings: settings).loss.total - evaluate(down, settings: settings).loss.total) / (2 * h)
            #expect(abs(numeric - analytic.logitGradient[i]) < 1e-7, "logit \(i)")
        }
    }

    /// Two sources whose predictions are exchanged halfway.
    private func swapping(blocks: Int) -> Case {
        var c = Case(directions: [], logits: [], references: [], active: [], slots: 2)
        for t in 0..<blocks {
            let (a, b): ([Double], [Double]) = ([1, 0, 0], [0, 1, 0])
            c.directions += t < blocks / 2 ? a + b : b + a
            c.logits += [9, 9]
            c.references += [1, 0, 0, 0, 1, 0]
            c.active += [1, 1]
        }
        return c
    }

    @Test func aWindowMakesASwapCostWhatFramesDoNot() {
        var settings = AssignmentLossSettings()
        settings.window = 1
        let framewise = evaluate(swapping(blocks: 20), settings: settings)
        #expect(framewise.loss.position < 1e-4)
        settings.window = 6
        let windowed = evaluate(swapping(blocks: 20), settings: settings)
        // The old assignment stays until the new one is cheaper over the window: 3 blocks of 2 sources, sqrt 2 each.
        #expect(abs(windowed.loss.position - 0.1 * 3 * 2 * 2.0.squareRoot()) < 1e-4)
        settings.window = nil
        let whole = evaluate(swapping(blocks: 20), settings: settings)
        #expect(abs(whole.loss.position - 0.1 * 10 * 2 * 2.0.squareRoot()) < 1e-4)
    }

    @Test func aSilentSequenceIsFinite() {
        var c = random(slots: 2, blocks: 10, seed: 3)
        c.active = c.active.map { _ in 0 }
        let result = evaluate(c, settings: AssignmentLossSettings())
        #expect(result.loss.position == 0)
        #expect(result.loss.total.isFinite && result.loss.activity > 0)
        #expect(result.directionGradient.allSatisfy { $0 == 0 })
    }

    @Test func onlyTheRawDistanceDependsOnTheLengthOfAnOutput() {
        var settings = AssignmentLossSettings()
        let c = Case(directions: [0.2, 0, 0], logits: [0], references: [1, 0, 0], active: [1], slots: 1)
        #expect(abs(evaluate(c, settings: settings).loss.position) < 1e-6)
        settings.distance = .raw
        #expect(abs(evaluate(c, settings: settings).loss.position - 0.1 * 0.8) < 1e-6)
    }

    @Test(arguments: [(0.0, 1.0), (10.0, 1.0), (20.0, 0.5), (26.0, 0.2), (45.0, 0.0), (180.0, 0.0)])
    func anInaccurateOutputHasALowerTargetActivity(degrees: Double, target: Double) {
        var settings = AssignmentLossSettings()
        let angle = degrees * .pi / 180
        let c = Case(directions: [3 * cos(angle), 3 * sin(angle), 0], logits: [0.4], references: [1, 0, 0], active: [1], slots: 1)
        let (plain, plainGradients) = { (value: $0.loss, gradients: $0.directionGradient) }(evaluate(c, settings: settings))
        settings.activityDegrees = 20
        let result = evaluate(c, settings: settings)
        let probability = 1 / (1 + exp(-0.4))
        #expect(abs(result.logitGradient[0] - 0.05 * (probability - target)) < 1e-9)
        #expect(abs(result.loss.activity + 0.05 * (target * log(probability) + (1 - target) * log(1 - probability))) < 1e-9)
        #expect(result.loss.position == plain.position && result.directionGradient == plainGradients)
    }

    /// The cost of one block of one source, and its terms computed by hand.
    @Test(arguments: [(0.0, 2.0), (10, 2), (20, 2), (20, -1), (40, 2), (180, 2)])
    func aMatchIsCountedWithin20Degrees(degrees: Double, logit: Double) {
        var settings = AssignmentLossSettings()
        settings.matchWeight = 2
        let angle = degrees * .pi / 180
        let c = Case(directions: [3 * cos(angle), 0, 3 * sin(angle)], logits: [logit], references: [1, 0, 0], active: [1], slots: 1)
        let result = evaluate(c, settings: settings).loss
        let p = 1 / (1 + exp(-logit))
        // Half the chord of an angle is the sine of half of it.
        let m = p / (1 + exp((sin(angle / 2) - sin(.pi / 18)) / 0.05))
        #expect(abs(result.tracking - 0.1 * ((1 - m) + (p - m))) < 1e-6)
        settings.matchWeight = 0
        let plain = evaluate(c, settings: settings).loss
        #expect(plain.tracking == 0 && abs(result.total - plain.total - 2 * result.tracking) < 1e-12)
    }

    @Test func aMatchByAnotherOutputIsOneIdentitySwitch() {
        var settings = AssignmentLossSettings()
        (settings.window, settings.matchWeight) = (1, 1)
        var c = swapping(blocks: 20)
        let swapped = evaluate(c, settings: settings).loss.tracking
        c.directions = (0..<20).flatMap { _ in [1, 0, 0, 0, 1, 0] as [Double] }
        let kept = evaluate(c, settings: settings).loss.tracking
        let m = 1 / (1 + exp(-9.0)) / (1 + exp(-sin(.pi / 18) / 0.05))
        #expect(abs(swapped - kept - 0.1 * 2 * m) < 1e-6)
        // A source that was silent in between starts again.
        c = swapping(blocks: 20)
        for j in 0..<2 { c.active[9 * 2 + j] = 0 }
        let paused = evaluate(c, settings: settings).loss.tracking
        c.directions = (0..<20).flatMap { _ in [1, 0, 0, 0, 1, 0] as [Double] }
        #expect(abs(paused - evaluate(c, settings: settings).loss.tracking) < 1e-6)
    }

    @Test func directionsDoNotMatterInSilence() {
        var settings = AssignmentLossSettings()
        settings.activityDegrees = 20
        let c = Case(directions: [0, 1, 0], logits: [0.4], references: [1, 0, 0], active: [0], slots: 1)
        #expect(abs(evaluate(c, settings: settings).logitGradient[0] - 0.05 / (1 + exp(-0.4))) < 1e-9)
    }

    @Test func extremeLogitsStayFinite() {
        var c = random(slots: 2, blocks: 4, seed: 4)
        c.logits = c.logits.enumerated().map { $0.offset % 2 == 0 ? 1e4 : -1e4 }
        let result = evaluate(c, settings: AssignmentLossSettings())
        #expect(result.loss.total.isFinite)
        #expect(result.logitGradient.allSatisfy { $0.isFinite })
    }
}
