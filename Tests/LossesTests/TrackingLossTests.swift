import Kernels
import Losses
import Networks
import Platform
import Tensor
import TestSupport
import Testing

/// A batch for the losses, in double; sources that are not given are inactive.
struct LossCase {
    var sequences = 1
    let blocks: Int
    let slots: Int
    var directions, logits: [Double]
    var references, active, onset: [Float]

    init(sequences: Int = 1, blocks: Int, slots: Int) {
        let count = sequences * blocks * slots
        (self.sequences, self.blocks, self.slots) = (sequences, blocks, slots)
        directions = [Double](repeating: 0, count: count * 3)
        logits = [Double](repeating: 0, count: count)
        references = [Float](repeating: 0, count: count * 3)
        active = [Float](repeating: 0, count: count)
        onset = active
    }

    /// Random outputs and events that begin, end and follow each other without a gap.
    static func random(sequences: Int, blocks: Int, slots: Int, seed: UInt64) -> LossCase {
        var random = RandomStream(seed: seed)
        var c = LossCase(sequences: sequences, blocks: blocks, slots: slots)
        c.directions = c.directions.map { _ in Double.random(in: -1...1, using: &random) }
        c.logits = c.logits.map { _ in Double.random(in: -3...3, using: &random) }
        for sequence in 0..<sequences {
            for slot in 0..<slots {
                var previous: Float = 0
                for t in 0..<blocks {
                    let at = (sequence * blocks + t) * slots + slot
                    let changes = Int.random(in: 0..<4, using: &random) == 0
                    c.active[at] = changes ? Float(Int.random(in: 0...1, using: &random)) : previous
                    c.onset[at] = c.active[at] > 0 && (previous == 0 || changes) ? 1 : 0
                    previous = c.active[at]
                    let v = (0..<3).map { _ in Float.random(in: -1...1, using: &random) }
                    let length = (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]).squareRoot()
                    for axis in 0..<3 { c.references[at * 3 + axis] = c.active[at] > 0 ? v[axis] / length : 0 }
                }
            }
        }
        return c
    }

    struct Result {
        let value: LossValue
        let directionGradient, logitGradient: [Double]
    }

    func evaluate(
        _ settings: TrackingLossSettings, network: HungarianParameters<Double>? = nil, workers: Int = 1, progress: Double = 0
    ) -> Result {
        let team = WorkerTeam(count: workers)
        let loss = TrackingLoss<Double>(
            settings: settings, slots: slots, sequences: sequences, blocks: blocks, network: network, team: team)
        return evaluate(loss, team: team, progress: progress)
    }

    func evaluate(_ loss: some BatchLoss<Double>, team: WorkerTeam, progress: Double = 0) -> Result {
        let (vectors, numbers) = (Shape(sequences * blocks, slots, 3), Shape(sequences * blocks, slots))
        var arena = Arena<Double>(capacity: Arena<Double>.footprint(vectors) + Arena<Double>.footprint(numbers))
        let (directionGradient, logitGradient) = (arena.take(vectors), arena.take(numbers))
        let value = directions.withTensor(vectors) { directions in
            logits.withTensor(numbers) { logits in
                references.withTensor(vectors) { references in
                    active.withTensor(numbers) { active in
                        onset.withTensor(numbers) { onset in
                            loss.evaluate(
                                LossBatch(
                                    sequences: sequences, blocks: blocks, slots: slots, progress: progress, directions: directions,
                                    logits: logits, references: references, active: active, onset: onset,
                                    directionGradient: directionGradient, logitGradient: logitGradient), team: team)
                        }
                    }
                }
            }
        }
        return Result(value: value, directionGradient: directionGradient.array, logitGradient: logitGradient.array)
    }
}

/// [mse, motp, mota, activity, switch], as the oracle writes weights.
func trackingSettings(_ weights: [Double]) -> TrackingLossSettings {
    var settings = TrackingLossSettings()
    settings.squaredErrorWeight = weights[0]
    settings.positionWeight = weights[1]
    settings.trackingWeight = weights[2]
    settings.activityWeight = weights[3]
    settings.switchWeight = weights[4]
    settings.associationGradient = 1
    return settings
}

@Suite struct TrackingLossTests {
    /// Values and gradients of every term against tools/oracles/losses.py, which is written from the formulas.
    @Test(arguments: [2, 3], ["mse", "motp", "mota", "activity", "all"]) func termsAgreeWithPyTorch(slots: Int, name: String) throws {
        let oracle = try oracleFixture("Losses/losses.safetensors")
        let shape = oracle.shape("n\(slots).l")
        let parameters = HungarianParameters<Double>(
            zeros: slots, width: oracle.shape("n\(slots).hnet.attention.query.weight")[0])
        for (part, values) in parameters.entries { values.copy(from: oracle.doubles("n\(slots).hnet.\(part)")) }
        var c = LossCase(sequences: shape[0], blocks: shape[1], slots: slots)
        c.directions = oracle.doubles("n\(slots).v")
        c.logits = oracle.doubles("n\(slots).l")
        c.references = oracle.floats("n\(slots).x")
        c.active = oracle.floats("n\(slots).active")
        c.onset = oracle.floats("n\(slots).onset")
        let key = "n\(slots).\(name)"
        let settings = trackingSettings(oracle.doubles("\(key).weights"))
        let found = c.evaluate(settings, network: parameters, workers: 2)
        // References are rounded to single precision here.
        func expectNear(_ found: Double, _ part: String) {
            let expected = oracle.doubles("\(key).\(part)")[0]
            #expect(abs(found - expected) < 1e-6 * max(1, abs(expected)), "\(key).\(part): \(found), expected \(expected)")
        }
        expectNear(found.value.total, "total")
        if settings.squaredErrorWeight > 0 { expectNear(found.value.squaredError, "mse") }
        if settings.positionWeight > 0 { expectNear(found.value.position, "motp") }
        if settings.trackingWeight > 0 { expectNear(found.value.tracking, "mota") }
        if settings.activityWeight > 0 { expectNear(found.value.activity, "activity") }
        for (gradient, part) in [(found.directionGradient, "v"), (found.logitGradient, "l")] {
            let expected = oracle.doubles("\(key).gradient.\(part)")
            let scale = expected.map(abs).max() ?? 0
            for i in expected.indices {
                #expect(abs(gradient[i] - expected[i]) <= 2e-6 * scale + 1e-12, "\(key) \(part)[\(i)]: \(gradient[i]), \(expected[i])")
            }
        }
        withExtendedLifetime(parameters) {}
    }

    @Test(arguments: 1...4, TrackingLossSettings.Association.allCases)
    func gradientsMatchFiniteDifferences(slots: Int, association: TrackingLossSettings.Association) {
        let parameters = HungarianParameters<Double>(slots, width: 6, seed: 4)
        // Larger weights than fresh ones, so that associations lie on both sides of a half.
        for (_, values) in parameters.entries { for i in 0..<values.count { values[i] *= 3 } }
        var settings = trackingSettings([0.3, 1.1, 0.8, 0.6, 1.4])
        settings.association = association
        let c = LossCase.random(sequences: 2, blocks: 6, slots: slots, seed: UInt64(slots))
        let analytic = c.evaluate(settings, network: parameters)
        let h = 1e-6
        func total(_ change: (inout LossCase) -> Void) -> Double {
            var changed = c
            change(&changed)
            return changed.evaluate(settings, network: parameters).value.total
        }
        for i in c.directions.indices {
            let numeric = (total { $0.directions[i] += h } - total { $0.directions[i] -= h }) / (2 * h)
            #expect(abs(numeric - analytic.directionGradient[i]) < 1e-6, "direction \(i)")
        }
        for i in c.logits.indices {
            let numeric = (total { $0.logits[i] += h } - total { $0.logits[i] -= h }) / (2 * h)
            #expect(abs(numeric - analytic.logitGradient[i]) < 1e-6, "logit \(i)")
        }
        withExtendedLifetime(parameters) {}
    }

    @Test func theNumberOfWorkersDoesNotMatter() {
        let parameters = HungarianParameters<Double>(2, width: 6, seed: 4)
        let c = LossCase.random(sequences: 5, blocks: 6, slots: 2, seed: 9)
        let results = [1, 2, 3].map { c.evaluate(TrackingLossSettings(), network: parameters, workers: $0) }
        for other in results[1...] {
            #expect(other.value.total == results[0].value.total)
            #expect(other.directionGradient == results[0].directionGradient)
            #expect(other.logitGradient == results[0].logitGradient)
        }
        withExtendedLifetime(parameters) {}
    }

    @Test(arguments: TrackingLossSettings.Association.allCases)
    func aSilentBatchIsFinite(association: TrackingLossSettings.Association) {
        var settings = TrackingLossSettings()
        settings.association = association
        var c = LossCase(blocks: 5, slots: 2)
        c.logits = c.logits.indices.map { $0 % 2 == 0 ? 1e4 : -1e4 }
        let parameters = HungarianParameters<Double>(2, width: 6, seed: 4)
        let found = c.evaluate(settings, network: parameters)
        #expect(found.value.position == 0 && found.value.total.isFinite && found.value.activity > 1000)
        // One output is active in each of 5 blocks without a source.
        #expect(abs(found.value.tracking - 5) < 1e-9)
        #expect(found.directionGradient.allSatisfy { $0 == 0 } && found.logitGradient.allSatisfy { $0.isFinite })
        withExtendedLifetime(parameters) {}
    }

    /// The temperature that counts is that of the batch's progress.
    @Test func theSinkhornTemperatureFallsWithTheProgress() {
        var falling = TrackingLossSettings()
        (falling.association, falling.sinkhornStart, falling.sinkhornEnd) = (.sinkhorn, 0.5, 0.02)
        let c = LossCase.random(sequences: 2, blocks: 6, slots: 3, seed: 5)
        let constants = [0.5, 0.1, 0.02].map { temperature in
            var settings = falling
            (settings.sinkhornStart, settings.sinkhornEnd) = (temperature, temperature)
            return c.evaluate(settings).value.total
        }
        #expect(Set(constants).count == 3)
        for (progress, constant) in zip([0, 0.5, 1], constants) {
            #expect(abs(c.evaluate(falling, progress: progress).value.total - constant) < 1e-9)
        }
    }

    /// Outputs that are not finite give a loss that is not finite, which ends a training by name, and no endless loop.
    @Test func outputsThatAreNotFiniteEndTheSinkhornIterations() {
        var settings = TrackingLossSettings()
        settings.association = .sinkhorn
        var c = LossCase.random(sequences: 1, blocks: 6, slots: 2, seed: 5)
        c.directions = c.directions.map { _ in .nan }
        #expect(!c.evaluate(settings).value.total.isFinite)
    }

    /// Two sources at the front and the left; `order` gives the output that follows each in each block.
    private func twoSources(_ order: [[Int]], active: [[Float]]? = nil, onsets: [(block: Int, slot: Int)] = []) -> LossCase {
        var c = LossCase(blocks: order.count, slots: 2)
        for (t, outputs) in order.enumerated() {
            for slot in 0..<2 {
                let at = t * 2 + slot
                c.active[at] = active?[t][slot] ?? 1
                c.references[at * 3 + slot] = c.active[at]
                c.directions[(t * 2 + outputs[slot]) * 3 + slot] = 1
                c.logits[t * 2 + outputs[slot]] = c.active[at] > 0 ? 20 : -20
                c.onset[at] = t == 0 || onsets.contains { $0 == (t, slot) } ? c.active[at] : 0
            }
        }
        return c
    }

    private var exactSettings: TrackingLossSettings {
        var settings = TrackingLossSettings()
        settings.association = .exact
        return settings
    }

    @Test func aPerfectTrackerCostsNearlyNothing() {
        let found = twoSources(Array(repeating: [0, 1], count: 10)).evaluate(exactSettings).value
        // The remainder is the softmax of DeepMOT: e^5 / (e^5 + e^10 + 1) for each reference and each prediction.
        #expect(found.position < 1e-5 && found.activity < 1e-8 && found.tracking < 2 * 2 * 0.0068)
    }

    @Test func aSwapCostsTwoSwitchesUnlessAnotherEventBegins() {
        let order = Array(repeating: [0, 1], count: 5) + Array(repeating: [1, 0], count: 5)
        let steady = twoSources(Array(repeating: [0, 1], count: 10)).evaluate(exactSettings).value.tracking
        let swapped = twoSources(order).evaluate(exactSettings).value.tracking
        #expect(abs(swapped - steady - 2.0 / 20) < 1e-9)
        let reborn = twoSources(order, onsets: [(5, 0), (5, 1)]).evaluate(exactSettings).value.tracking
        #expect(abs(reborn - steady) < 1e-9)
    }

    @Test func theEndOfTheFirstOfTwoSourcesCostsNoSwitch() {
        let active: [[Float]] = (0..<10).map { [$0 < 5 ? 1 : 0, 1] }
        let both = Array(repeating: [0, 1], count: 10)
        let stays = twoSources(both, active: active).evaluate(exactSettings).value.tracking
        let moves = twoSources(Array(repeating: [0, 1], count: 5) + Array(repeating: [1, 0], count: 5), active: active)
            .evaluate(exactSettings).value.tracking
        #expect(stays < 0.03)
        #expect(abs(moves - stays - 1.0 / 15) < 1e-9)
    }

    @Test func sequencesAreIndependent() {
        var c = twoSources(Array(repeating: [0, 1], count: 5) + Array(repeating: [1, 0], count: 5))
        let whole = c.evaluate(exactSettings).value.tracking
        let halves = LossCase(sequences: 2, blocks: 5, slots: 2)
        var cut = halves
        (cut.directions, cut.logits, cut.references) = (c.directions, c.logits, c.references)
        (cut.active, cut.onset) = (c.active, c.onset)
        c = cut
        #expect(abs(whole - c.evaluate(exactSettings).value.tracking - 2.0 / 20) < 1e-9)
    }
}
