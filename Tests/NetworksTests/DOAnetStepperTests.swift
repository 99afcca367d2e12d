import Kernels
import Networks
import Platform
import Tensor
import TestSupport
import Testing

@Suite struct DOAnetStepperTests {
    let architecture = DOAnetArchitecture(
        form: .live, channels: 7, bands: 64, filters: 16, gruWidth: 24, headWidth: 20, maximumTracks: 3)

    @Test func stepsAreTheSequence() {
        let blocks = 24
        let (input, parameters) = PreparedNetwork.make(architecture, blocks: blocks)
        let batch = DOAnetBatch<Float>(architecture, sequences: 1, blocks: blocks, team: WorkerTeam(count: 1))
        input.withTensor(Shape(1, 5 * blocks, 64, 7)) { batch.forward($0, parameters, training: false) }
        let stepper = DOAnetStepper(parameters)
        for pass in 0..<2 {
            input.withTensor(Shape(5 * blocks, 64, 7)) { input in
                for block in 0..<blocks {
                    stepper.step(input.rows(5 * block..<5 * block + 5))
                    for i in 0..<9 {
                        let (step, whole) = (stepper.directions[i], batch.directions[block * 9 + i])
                        #expect(abs(step - whole) < 1e-5, "pass \(pass), block \(block), direction \(i)")
                    }
                    for i in 0..<3 {
                        let (step, whole) = (stepper.activityLogits[i], batch.activityLogits[block * 3 + i])
                        #expect(abs(step - whole) < 1e-5, "pass \(pass), block \(block), activity \(i)")
                    }
                }
            }
            stepper.reset()
        }
        withExtendedLifetime((batch, stepper)) {}
    }

    /// Later input has no effect on earlier blocks: two inputs that differ from block 6 on have equal first blocks.
    @Test func isCausal() {
        var (input, parameters) = PreparedNetwork.make(architecture, blocks: 10)
        let batch = DOAnetBatch<Float>(architecture, sequences: 1, blocks: 10, team: WorkerTeam(count: 1))
        func directions() -> [Float] {
            input.withTensor(Shape(1, 50, 64, 7)) { batch.forward($0, parameters, training: false) }
            return withExtendedLifetime(batch) { batch.directions.array }
        }
        let before = directions()
        for i in 6 * 5 * 64 * 7..<input.count { input[i] = -input[i] }
        let after = directions()
        #expect(before[..<54] == after[..<54])
        #expect(before[54...] != after[54...])
    }

    @Test func laterTrainingDoesNotChangeIt() {
        let (input, parameters) = PreparedNetwork.make(architecture, blocks: 2)
        let stepper = DOAnetStepper(parameters)
        func first() -> [Float] {
            stepper.reset()
            Array(input[..<(5 * 64 * 7)]).withTensor(Shape(5, 64, 7)) { stepper.step($0) }
            return withExtendedLifetime(stepper) { stepper.directions.array }
        }
        let before = first()
        parameters.all.fill(0.5)
        #expect(first() == before)
    }

    /// Also in the values that a step overwrites, since a library that multiplies by 0 first would keep them.
    @Test(arguments: [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude])
    func onlyAResetClearsNonFiniteState(_ poison: Float) {
        let (input, parameters) = PreparedNetwork.make(architecture, blocks: 3)
        let (stepper, fresh) = (DOAnetStepper(parameters), DOAnetStepper(parameters))
        let (size, shape) = (5 * 64 * 7, Shape(5, 64, 7))
        func step(_ stepper: DOAnetStepper, _ block: [Float]) -> [Float] {
            block.withTensor(shape) { stepper.step($0) }
            return stepper.directions.array + stepper.activityLogits.array
        }
        _ = step(stepper, Array(input[..<size]))
        #expect(stepper.isFinite)
        _ = step(stepper, Array(repeating: poison, count: size))
        #expect(!stepper.isFinite)
        for _ in 0..<5 { _ = step(stepper, Array(input[..<size])) }
        stepper.reset()
        #expect(stepper.isFinite)
        for block in 0..<3 {
            let features = Array(input[block * size..<(block + 1) * size])
            #expect(step(stepper, features) == step(fresh, features))
        }
    }

    @Test func allocatesNothing() {
        let (input, parameters) = PreparedNetwork.make(architecture, blocks: 2)
        let stepper = DOAnetStepper(parameters)
        Array(input[..<(5 * 64 * 7)]).withTensor(Shape(5, 64, 7)) { block in
            for _ in 0..<10 { stepper.step(block) }
            #expect(allocations { for _ in 0..<1000 { stepper.step(block) } } == 0)
        }
    }
}
