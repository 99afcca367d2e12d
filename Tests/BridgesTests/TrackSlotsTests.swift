import Testing
import TrackFeed

@testable import Bridges

@Suite struct TrackSlotsTests {
    private func ids(_ placement: TrackSlots.Placement) -> [Int?] { placement.tracks.map { $0?.id } }

    @Test func aTrackKeepsItsPlaceToItsEnd() {
        var slots = TrackSlots(3)
        #expect(ids(slots.place([track(5), track(7)])) == [5, 7, nil])
        // In another order, and without the first.
        #expect(ids(slots.place([track(9), track(7)])) == [9, 7, nil])
        #expect(ids(slots.place([track(7), track(9), track(11)])) == [9, 7, 11])
        let last = slots.place([])
        #expect(ids(last) == [nil, nil, nil] && last.ended == [0, 1, 2])
    }

    @Test func whatBeginsAndEndsIsReported() {
        var slots = TrackSlots(2)
        #expect(slots.place([track(1)]).began == [0])
        let next = slots.place([track(2)])
        #expect(next.ended == [0] && next.began == [0])
        let same = slots.place([track(2)])
        #expect(same.ended.isEmpty && same.began.isEmpty)
    }

    @Test func tracksThatFindNoPlaceAreLeftOut() {
        var slots = TrackSlots(1)
        #expect(ids(slots.place([track(1), track(2)])) == [1])
        #expect(ids(slots.place([track(2)])) == [2])
    }
}
