import Geometry
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
        #expect(ids(&gate, [(0, 1), (0, 1), (19, 1), (38, 1), (59, 1)]) == [0, 1, 1, 1, 2])
        gate.reset()
        #expect(ids(&gate, [(59, 1), (59, 1)]) == [0, 3])
        #expect(ids(&gate, [(59, .nan)]) == [3], "what is not a number is silence: coasting")
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
}
