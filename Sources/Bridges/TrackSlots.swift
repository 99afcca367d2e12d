package import TrackFeed

/// Gives tracks lasting places: a track keeps its place to its end, and a free place is given to the next track.
package struct TrackSlots {
    /// By place; nil is free.
    package private(set) var ids: [Int?]

    /// What a block changed.
    package struct Placement {
        /// By place.
        package let tracks: [FeedLine.Track?]
        /// Places that got a track in this block, and places that lost theirs.
        package let began, ended: [Int]
    }

    package init(_ count: Int) { ids = Array(repeating: nil, count: count) }

    /// - Parameter tracks: of the next block; those that find no place are left out.
    package mutating func place(_ tracks: [FeedLine.Track]) -> Placement {
        let present = Set(tracks.map(\.id))
        var (began, ended): ([Int], [Int]) = ([], [])
        for place in ids.indices {
            guard let id = ids[place], !present.contains(id) else { continue }
            ids[place] = nil
            ended.append(place)
        }
        for track in tracks where !ids.contains(track.id) {
            guard let place = ids.firstIndex(of: nil) else { break }
            ids[place] = track.id
            began.append(place)
        }
        return Placement(tracks: ids.map { id in id.flatMap { id in tracks.first { $0.id == id } } }, began: began, ended: ended)
    }
}
