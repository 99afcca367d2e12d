import Evaluation
import Geometry
import Testing
import Tracking

@testable import Evaluation

@Suite struct GateTuningTests {
    /// One source, active in blocks 10..<60 of 100; the network is sure of neither: 0.45 while it is, 0.1 while not, with
    /// the answer of block t given at t + lookAhead.
    private func tuning(lookAhead: Int = 0) -> GateTuning {
        let source = Direction(azimuth: 30, elevation: 10)
        var directions: [Float] = []
        var probabilities: [Float] = []
        for block in 0..<100 {
            directions += [source.x, source.y, source.z, 1, 0, 0]
            probabilities += [(10..<60).contains(block - lookAhead) ? 0.45 : 0.1, 0.02]
        }
        let blocks = (0..<100).map { block in
            (10..<60).contains(block) ? [LabelledDirection(identity: 0, direction: source)] : []
        }
        return GateTuning(
            outputs: [
                NetworkOutputs(slots: 2, lookAhead: lookAhead, directions: directions, probabilities: probabilities)
            ], references: [("one", blocks)], threads: 1)
    }

    @Test(arguments: [0, 2]) func thresholdsAdaptToTheNetworksActivity(lookAhead: Int) {
        let tuning = tuning(lookAhead: lookAhead)
        let start = GateSettings()
        #expect(tuning.score(start).pooled.clear.mota == 0)
        var trials = 0
        let (gate, scores) = tuning.best(from: start) { _ in trials += 1 }
        #expect(scores.pooled.clear.mota == 100)
        #expect(scores.pooled.clear.idf1 == 100)
        #expect((0.1...0.45).contains(gate.openThreshold) && gate.openBlocks == 1 && gate.coastBlocks == 0)
        #expect(gate.jumpDegrees == start.jumpDegrees)
        #expect(trials > 10)
    }

    @Test func pausesAndErrorsAreTunedFor() {
        // Three blocks of silence now and then, and at other times a step of 25 degrees.
        let place = { (block: Int) in Direction(azimuth: block / 20 % 2 == 0 ? 0 : 25, elevation: 0) }
        let isActive = { (block: Int) in !(8..<11).contains(block % 20) }
        let blocks = 0..<100
        let outputs = NetworkOutputs(
            slots: 1, lookAhead: 0, directions: blocks.flatMap { [place($0).x, place($0).y, place($0).z] },
            probabilities: blocks.map { isActive($0) ? 0.9 : 0 })
        let references = blocks.map { block in
            isActive(block) ? [LabelledDirection(identity: 0, direction: place(block))] : []
        }
        let tuning = GateTuning(outputs: [outputs], references: [("one", references)], threads: 1)
        let (gate, scores) = tuning.best(from: GateSettings(coastBlocks: 0)) { _ in }
        #expect(gate.jumpDegrees >= 25 && gate.recallBlocks >= 3)
        #expect(scores.pooled.clear.mota == 100 && scores.pooled.clear.idf1 == 100)
    }

    @Test func anOptimalGateIsKept() {
        let perfect = GateSettings(openThreshold: 0.3, openBlocks: 1, stayThreshold: 0.3, coastBlocks: 0)
        #expect(tuning().best(from: perfect) { _ in }.gate == perfect)
    }
}
