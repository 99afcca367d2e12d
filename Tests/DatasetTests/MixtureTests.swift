import Dataset
import Formats
import Foundation
import Testing

/// Which pairs are drawn.
@Suite struct RecordingPairsTests {
    private let names =
        (1...5).map { "fold3_room1_mix00\($0)_ov1" } + (6...7).map { "fold3_room1_mix00\($0)_ov2" }
        + (1...4).map { "fold3_room2_mix00\($0)_ov1" } + ["fold3_room2_mix010_ov2"]
        + (1...3).map { "fold4_room1_mix00\($0)_ov1" } + ["notes", "fold4_room1_mix001", "fold4_roomx_mix001_ov2"]

    @Test func namesAreReadAndWritten() {
        #expect(RecordingName("fold3_room12_mix007_ov2") == RecordingName(fold: 3, room: 12, mix: 7, overlap: 2))
        #expect(RecordingName(fold: 3, room: 12, mix: 7, overlap: 2).text == "fold3_room12_mix007_ov2")
        #expect(RecordingName(fold: 3, room: 12, mix: 1234, overlap: 2).text == "fold3_room12_mix1234_ov2")
        for text in [
            "fold_room1_mix001_ov1", "fold3_room1", "fold3_room1_mix001_", "split1_ir0_ov1", "fold3_room1_mix+1_ov1",
            "room1_fold3_mix001_ov1", "",
        ] {
            #expect(RecordingName(text) == nil, "\(text)")
        }
    }

    @Test func pairsStayInTheirRoomInTheRequestedNumber() {
        let drawn = RecordingPairs(names: names, times: 4, seed: 1)
        #expect(
            drawn.pairs.map { $0.name.prefix(11) } == Array(repeating: "fold3_room1", count: 8) + Array(repeating: "fold3_room2", count: 4))
        for pair in drawn.pairs {
            #expect(pair.first != pair.second && pair.first.hasSuffix("_ov1") && pair.second.hasSuffix("_ov1"))
            #expect(pair.first.hasPrefix(pair.name.prefix(12)) && pair.second.hasPrefix(pair.name.prefix(12)))
            #expect(names.contains(pair.first) && names.contains(pair.second))
        }
        #expect(Set(drawn.pairs.map { Set([$0.first, $0.second]) }).count == 12)
        // Above the numbers that are there, whichever their number of sources.
        #expect(drawn.pairs.map(\.name).prefix(2) == ["fold3_room1_mix008_ov2", "fold3_room1_mix009_ov2"])
        #expect(drawn.pairs[8].name == "fold3_room2_mix011_ov2")
        #expect(drawn.repeated == 0 && drawn.roomsWithoutPair == [])
    }

    @Test func noPairIsRepeatedWhileOthersAreUnused() {
        // Ten pairs in room 1, of which 14 mixtures are requested; six in room 2.
        let drawn = RecordingPairs(names: names, times: 7, seed: 1)
        let room1 = drawn.pairs.prefix(14).map { Set([$0.first, $0.second]) }
        #expect(Set(room1.prefix(10)).count == 10 && Set(room1.suffix(4)).count == 4)
        #expect(drawn.repeated == 4 + 1)
    }

    @Test func theSeedAndTheNamesDetermineThePairs() {
        let drawn = RecordingPairs(names: names, times: 2, seed: 1).pairs
        #expect(RecordingPairs(names: names.shuffled(), times: 2, seed: 1).pairs == drawn)
        #expect(RecordingPairs(names: names, times: 2, seed: 2).pairs != drawn)
        // Not the first ones of a sorted list.
        #expect(Set(drawn.prefix(4).flatMap { [$0.first, $0.second] }).count > 3)
        // Other rooms have no effect.
        #expect(RecordingPairs(names: names.filter { $0.contains("room1") }, times: 2, seed: 1).pairs == Array(drawn.prefix(4)))
    }

    @Test func aRoomWithoutPairIsNamed() {
        let drawn = RecordingPairs(names: names + ["fold5_room9_mix001_ov1", "fold5_room9_mix002_ov2"], times: 1, seed: 1)
        #expect(drawn.roomsWithoutPair == ["fold5_room9"] && drawn.pairs.count == 3)
    }
}

/// How two csv files become one.
@Suite struct MergedLabelsTests {
    private func merged(_ first: String, _ second: String) throws -> String {
        func csv(_ text: String) throws -> MetadataCSV {
            try MetadataCSV(text: text.split(separator: " ").joined(separator: "\n"), path: "test.csv")
        }
        return try csv(first).merged(with: csv(second)).text.split(separator: "\n").joined(separator: " ")
    }

    @Test func rowsAreOrderedByFrame() throws {
        #expect(try merged("3,1,0,10,0 7,1,0,11,0", "0,2,0,-90,5 3,2,0,-91,5") == "0,2,0,-90,5 3,1,0,10,0 3,2,0,-91,5 7,1,0,11,0")
        #expect(try merged("", "0,2,0,-90,5") == "0,2,0,-90,5")
    }

    @Test func theSameClassAndTrackAtOnceStaySeparate() throws {
        // Track 1 of class 4 is taken too, so 2 is the lowest free one; the whole track moves.
        #expect(
            try merged("5,4,0,10,0 6,4,0,10,0 9,4,1,10,0", "5,4,0,80,0 20,4,0,90,0")
                == "5,4,0,10,0 5,4,2,80,0 6,4,0,10,0 9,4,1,10,0 20,4,2,90,0")
        // Two tracks of the second recording do not end up on one.
        #expect(try merged("5,4,0,10,0 5,4,1,50,0", "5,4,0,80,0 5,4,1,90,0") == "5,4,0,10,0 5,4,1,50,0 5,4,2,80,0 5,4,3,90,0")
    }

    @Test func adjacentEventsStaySeparate() throws {
        let text = try merged("5,4,0,10,0", "6,4,0,12,0 7,4,0,12,0")
        #expect(text == "5,4,0,10,0 6,4,1,12,0 7,4,1,12,0")
        #expect(try merged("6,4,0,10,0", "5,4,0,12,0") == "5,4,1,12,0 6,4,0,10,0")
    }

    @Test func separateEventsKeepTheirTracks() throws {
        #expect(try merged("5,4,0,10,0", "7,4,0,12,0 5,3,0,9,0") == "5,4,0,10,0 5,3,0,9,0 7,4,0,12,0")
    }
}
