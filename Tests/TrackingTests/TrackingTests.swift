import Geometry
import TestSupport
import Testing
import Tracking

@Suite struct TrackGateTests {
    /// Steps one slot through (azimuth, probability) and answers with the reported ids, 0 for silence.
    private func ids(_ gate: inout TrackGate, _ blocks: [(Float, Float)]) -> [Int] {
        var ids: [Int] = []
        for (azimuth, probability) in blocks {
            let d = Direction(azimuth: azimuth, elevation: 0)
            gate.step(directions: [d.x, d.y, d.z].span, probabilities: [probability].span)
            ids.append(gate.track(0)?.id ?? 0)
        }
        return ids
    }

    @Test func opensCoastsAndKeepsItsID() {
        var gate = TrackGate(maximumTracks: 1)
        #expect(ids(&gate, [(0, 0.9), (0, 0.1), (0, 0.6), (0, 0.6), (0, 0.4)]) == [0, 0, 0, 1, 1])
        // Silent for as long as it coasts, then back: the same id. One block longer: closed, and the next id.
        #expect(ids(&gate, [(0, 0), (0, 0), (0, 0), (0, 0), (5, 0.9)]) == [1, 1, 1, 1, 1])
        #expect(ids(&gate, [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0.9), (0, 0.9)]) == [1, 1, 1, 1, 0, 0, 2])
    }

    @Test func aJumpAndAResetBeginNewIDs() {
        var gate = TrackGate(maximumTracks: 1)
        #expect(ids(&gate, [(0, 1), (0, 1), (19, 1), (38, 1), (17, 1)]) == [0, 1, 1, 1, 2])
        gate.reset()
        #expect(ids(&gate, [(17, 1), (17, 1)]) == [0, 3])
        #expect(ids(&gate, [(17, .nan)]) == [3], "NaN counts as silence: coasting")
    }

    @Test func twoSlotsOnOneSourceAreOneTrack() {
        var gate = TrackGate(maximumTracks: 2)
        let (a, b) = (Direction(azimuth: 0, elevation: 0), Direction(azimuth: 3, elevation: 0))
        for _ in 0..<2 {
            gate.step(directions: [a.x, a.y, a.z, b.x, b.y, b.z].span, probabilities: [0.7, 0.9].span)
        }
        #expect(gate.track(0) == nil && gate.track(1)?.id == 2)
        let c = Direction(azimuth: 8, elevation: 0)
        gate.step(directions: [a.x, a.y, a.z, c.x, c.y, c.z].span, probabilities: [0.7, 0.9].span)
        #expect(gate.track(0)?.id == 1 && gate.track(1)?.id == 2)
    }

    @Test func smoothingSteadiesAFixedSourceAndFollowsAMovingOne() {
        /// Mean error in degrees of a source that moves evenly, measured 8 degrees to its left and right in turn.
        func error(smoothing: Float, degreesABlock: Float) -> Float {
            var gate = TrackGate(GateSettings(openBlocks: 1, smoothing: smoothing), maximumTracks: 1)
            var sum: Float = 0
            for block in 0..<120 {
                let truth = Direction(azimuth: Float(block) * degreesABlock, elevation: 20)
                let heard = Direction(azimuth: Float(block) * degreesABlock + (block % 2 == 0 ? 8 : -8), elevation: 20)
                gate.step(directions: [heard.x, heard.y, heard.z].span, probabilities: [1].span)
                if block >= 20, let track = gate.track(0) { sum += track.direction.angle(to: truth) / 100 }
            }
            return sum
        }
        #expect(abs(error(smoothing: 0, degreesABlock: 0) - 7.5) < 0.2)
        #expect(error(smoothing: 0.5, degreesABlock: 0) < 4)
        #expect(error(smoothing: 0.5, degreesABlock: 3) < 4.5)
    }

    @Test func aSourceThatReturnsSoonAndNearbyKeepsItsID() {
        let settings = GateSettings(openBlocks: 2, coastBlocks: 1, recallBlocks: 3)
        func ids(_ blocks: [(azimuth: Float, probability: Float)]) -> [Int] {
            var gate = TrackGate(settings, maximumTracks: 1)
            return blocks.map { block in
                let direction = Direction(azimuth: block.azimuth, elevation: 0)
                gate.step(directions: [direction.x, direction.y, direction.z].span, probabilities: [block.probability].span)
                return gate.track(0)?.id ?? 0
            }
        }
        let heard: [(azimuth: Float, probability: Float)] = [(0, 1), (0, 1)]
        let pause = { (blocks: Int) in [(azimuth: Float, probability: Float)](repeating: (120, 0), count: blocks) }
        #expect(ids(heard + pause(4) + [(10, 0.5)]) == [0, 1, 1, 0, 0, 0, 1], "reported once more, silent, and then recalled")
        #expect(ids(heard + pause(5) + [(10, 1), (10, 1)]) == [0, 1, 1, 0, 0, 0, 0, 0, 2], "too late")
        #expect(ids(heard + pause(2) + [(60, 0.5), (60, 0.5)]) == [0, 1, 1, 0, 0, 0], "elsewhere, and not sure")
        #expect(ids(heard + pause(2) + [(60, 1), (60, 1)]) == [0, 1, 1, 0, 0, 2], "elsewhere, and sure")
    }

    @Test func aSilentTrackHidesNoOtherTrack() {
        let settings = GateSettings(openBlocks: 1, coastBlocks: 1, recallBlocks: 5, duplicateDegrees: 40)
        var gate = TrackGate(settings, maximumTracks: 2)
        let (a, b) = (Direction(azimuth: 0, elevation: 0), Direction(azimuth: 25, elevation: 0))
        func step(_ first: Float, _ second: Float) -> [Int?] {
            gate.step(directions: [a.x, a.y, a.z, b.x, b.y, b.z].span, probabilities: [first, second].span)
            return [gate.track(0)?.id, gate.track(1)?.id]
        }
        #expect(step(0.9, 0.8) == [1, nil])
        #expect(step(0.3, 0.8) == [nil, 2], "the more probable is reported, the other coasts")
        #expect(step(0.3, 0.8) == [nil, 2], "the other is silent")
        #expect(step(0.3, 0.1) == [nil, 2], "reported while it coasts, although the silent one is more probable")
    }

    @Test func aSilentTrackTakesNoOutputFromAReportedOne() {
        var gate = TrackGate(GateSettings(openBlocks: 1, coastBlocks: 0, recallBlocks: 9), maximumTracks: 2)
        let (a, b) = (Direction(azimuth: 0, elevation: 0), Direction(azimuth: 80, elevation: 0))
        gate.step(directions: [a.x, a.y, a.z, b.x, b.y, b.z].span, probabilities: [1, 1].span)
        // The first falls silent, and the second goes to where it was.
        for azimuth in stride(from: Float(64), through: 0, by: -16) {
            let c = Direction(azimuth: azimuth, elevation: 0)
            gate.step(directions: [a.x, a.y, a.z, c.x, c.y, c.z].span, probabilities: [0, 0.5].span)
            #expect(gate.track(0) == nil && gate.track(1)?.id == 2, "at \(azimuth) degrees")
        }
    }

    @Test func tracksFollowTheirSourcesFromSlotToSlot() {
        var gate = TrackGate(GateSettings(openBlocks: 1), maximumTracks: 3)
        func step(_ slots: [(azimuth: Float, probability: Float)]) -> [Int: Float] {
            let directions = slots.map { Direction(azimuth: $0.azimuth, elevation: 0) }.flatMap { [$0.x, $0.y, $0.z] }
            let probabilities = slots.map(\.probability)
            gate.step(directions: directions.span, probabilities: probabilities.span)
            return Dictionary(
                uniqueKeysWithValues: (0..<3).compactMap { gate.track($0) }.map { ($0.id, $0.direction.azimuth.rounded()) })
        }
        #expect(step([(0, 1), (90, 1), (0, 0)]) == [1: 0, 2: 90])
        // Two sources exchange their slots, then all go round.
        #expect(step([(91, 1), (2, 1), (0, 0)]) == [1: 2, 2: 91])
        #expect(step([(0, 0), (92, 1), (4, 1)]) == [1: 4, 2: 92])
        // One comes back in another slot, within the coast.
        #expect(step([(0, 0), (93, 1), (4, 0)]) == [1: 4, 2: 93])
        #expect(step([(6, 1), (94, 1), (4, 0)]) == [1: 6, 2: 94])
        // A source elsewhere is another one.
        #expect(step([(8, 1), (94, 0), (-120, 1)]) == [1: 8, 2: 94, 3: -120])
    }

    @Test func aMovingSourceKeepsItsIDAcrossASilence() {
        // 40 degrees a second: after six silent blocks it is 28 degrees from where it was.
        var gate = TrackGate(GateSettings(coastBlocks: 6), maximumTracks: 1)
        let before = (0..<20).map { (4 * Float($0), Float(1)) }
        let silent = (20..<26).map { (4 * Float($0), Float(0)) }
        #expect(ids(&gate, before + silent + [(104, 1)]).dropFirst().allSatisfy { $0 == 1 })
        // A source beyond the reach of the previous one is another one, whatever the previous direction of motion.
        #expect(ids(&gate, [(104 - 45, 1)]) == [2])
        var still = TrackGate(GateSettings(coastBlocks: 6), maximumTracks: 1)
        let resting = [(Float, Float)](repeating: (76, 1), count: 20) + [(Float, Float)](repeating: (76, 0), count: 6)
        #expect(ids(&still, resting + [(104, 1)]).last == 2)
    }

    @Test func aStepAllocatesNothing() {
        var gate = TrackGate(maximumTracks: 4)
        var directions = [Float](repeating: 0.5, count: 12)
        var probabilities = [Float](repeating: 0.9, count: 4)
        var random = SeededRandom(seed: 1)
        var reported = 0
        let count = allocations {
            for _ in 0..<1000 {
                for i in directions.indices { directions[i] = Float.random(in: -1...1, using: &random) }
                for i in probabilities.indices { probabilities[i] = Float.random(in: 0.2...1, using: &random) }
                gate.step(directions: directions.span, probabilities: probabilities.span)
                for i in 0..<4 where gate.track(i) != nil { reported += 1 }
            }
        }
        #expect(count == 0)
        #expect(reported > 1000)
    }

    @Test func settingsOutOfRangeAreNamed() throws {
        try GateSettings().validate()
        let unfit: [(GateSettings, String)] = [
            (GateSettings(openThreshold: 1.1), "open_threshold"), (GateSettings(openThreshold: .nan), "open_threshold"),
            (GateSettings(openBlocks: 0), "open_blocks"), (GateSettings(openBlocks: .max), "open_blocks"),
            (GateSettings(stayThreshold: 0.7), "stay_threshold"),
            (GateSettings(coastBlocks: -1), "coast_blocks"), (GateSettings(recallBlocks: -1), "recall_blocks"),
            (GateSettings(jumpDegrees: -1), "jump_degrees"),
            (GateSettings(duplicateDegrees: .infinity), "duplicate_degrees"), (GateSettings(smoothing: 1), "smoothing"),
            (GateSettings(refinement: 2), "refinement"), (GateSettings(refinement: .nan), "refinement"),
        ]
        for (settings, name) in unfit {
            #expect { try settings.validate() } throws: { "\($0)".contains("gate.\(name): expected") }
        }
    }
}
