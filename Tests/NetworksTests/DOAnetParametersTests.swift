import Networks
import Tensor
import Testing

@Suite struct DOAnetParametersTests {
    private func parameters(tracks: Int, width: Int = 8, seed: UInt64) -> DOAnetParameters<Float> {
        DOAnetParameters(
            DOAnetArchitecture(form: .live, channels: 7, filters: 8, gruWidth: width, headWidth: 8, maximumTracks: tracks, lookAhead: 0),
            seed: seed)
    }

    private func values(_ parameters: DOAnetParameters<Float>) -> [String: [Float]] {
        Dictionary(uniqueKeysWithValues: (parameters.entries + parameters.buffers).map { ($0.name, $0.values.readOnly.array) })
    }

    /// The rows of an output layer are those of its tracks, one after another.
    @Test func outputsForFewerTracksBecomeTheFirstOnes() throws {
        let (two, four) = (parameters(tracks: 2, seed: 1), parameters(tracks: 4, seed: 2))
        let (given, before) = (values(two), values(four))
        four.copyMatching(from: two)
        for (name, found) in values(four) {
            let (old, new) = (try #require(before[name]), try #require(given[name]))
            #expect(Array(found.prefix(new.count)) == new, "\(name)")
            #expect(found.dropFirst(new.count) == old.dropFirst(new.count), "\(name)")
            #expect((found.count > new.count) == (name.hasPrefix("direction.2") || name.hasPrefix("activity.2")), "\(name)")
        }
    }

    @Test func otherShapesAreLeft() throws {
        let (two, narrow) = (parameters(tracks: 2, seed: 1), parameters(tracks: 2, width: 4, seed: 2))
        let before = values(narrow)
        narrow.copyMatching(from: two)
        let (given, found) = (values(two), values(narrow))
        #expect(found["convolution.0.weight"] == given["convolution.0.weight"])
        #expect(found["recurrent.0.forward.hidden.weight"] == before["recurrent.0.forward.hidden.weight"])
        // An output of more tracks does not become one of fewer.
        let one = parameters(tracks: 1, seed: 3)
        let own = values(one)
        one.copyMatching(from: two)
        #expect(values(one)["activity.2.bias"] == own["activity.2.bias"])
    }
}
