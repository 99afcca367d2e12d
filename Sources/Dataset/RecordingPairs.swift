import Platform

/// Pairs of one-source recordings to be mixed into recordings of two sources, after Adavanne, Politis and Virtanen (WASPAA
/// 2021), section III: pairs of one fold and room, several times as many as there are recordings of two sources.
///
/// Pairs are drawn at random, separately for each fold and room, so they depend only on the names there and the seed: both
/// microphone formats of a data set get the same pairs. If every recording has its own room, pairs may be of one fold only.
public struct RecordingPairs: Sendable {
    public struct Pair: Sendable, Hashable {
        /// The name of the mixture: the fold and room of both, an unused mix number, ov2.
        public let name: String
        public let first: String
        public let second: String
    }

    /// In the order of folds, rooms and mix numbers.
    public let pairs: [Pair]
    /// Repeated pairs, drawn because no unused pair was left.
    public let repeated: Int
    /// Rooms with recordings of two sources that get no mixtures, since they lack two recordings of one source.
    public let roomsWithoutPair: [String]

    /// - Parameters:
    ///   - names: of recordings, without extensions; names that are not a `RecordingName` are ignored.
    ///   - overlaps: sources at once in recordings whose names do not give them.
    ///   - times: mixtures for each recording of two sources of the same fold and room.
    ///   - partners: `any`: of the same fold.
    public init(
        names: [String], overlaps: [String: Int] = [:], times: Int, seed: UInt64, partners: MixingPartners = .room
    ) {
        var rooms: [[Int]: [RecordingName: String]] = [:]
        for name in names {
            guard let parsed = RecordingName(name) else { continue }
            rooms[[parsed.fold, partners == .room ? parsed.room : 0], default: [:]][parsed] = name
        }
        var pairs: [Pair] = []
        var repeated = 0
        var roomsWithoutPair: [String] = []
        for (room, members) in rooms.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            func overlap(_ member: (key: RecordingName, value: String)) -> Int { member.key.overlap ?? overlaps[member.value] ?? 0 }
            let single = members.filter { overlap($0) == 1 }.map(\.value).sorted()
            let wanted = times * members.count { overlap($0) >= 2 }
            guard wanted > 0 else { continue }
            guard single.count >= 2 else {
                roomsWithoutPair.append("fold\(room[0])_room\(room[1])")
                continue
            }
            var random = RandomStream(seed: seed, step: UInt64(room[0]), item: UInt64(room[1]))
            let firstMix = members.keys.reduce(0) { max($0, $1.mix) } + 1
            for (index, drawn) in Self.draw(wanted, of: single, using: &random).enumerated() {
                let name = RecordingName(fold: room[0], room: room[1], mix: firstMix + index, overlap: 2)
                pairs.append(Pair(name: name.text, first: drawn.0, second: drawn.1))
            }
            repeated += max(0, wanted - single.count * (single.count - 1) / 2)
        }
        self.pairs = pairs
        self.repeated = repeated
        self.roomsWithoutPair = roomsWithoutPair
    }

    /// Every pair of different recordings once, in random order, then repeated if more are needed.
    private static func draw(
        _ wanted: Int, of names: [String], using random: inout RandomStream
    ) -> [(String, String)] {
        var every: [(String, String)] = []
        for (index, second) in names.enumerated() {
            for first in names[..<index] { every.append((first, second)) }
        }
        var drawn: [(String, String)] = []
        while drawn.count < wanted {
            every.shuffle(using: &random)
            drawn += every.prefix(wanted - drawn.count)
        }
        return drawn
    }
}
