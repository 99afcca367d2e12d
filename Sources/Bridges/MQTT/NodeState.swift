import JSON
package import TrackFeed

/// What a node publishes of its sources: whether there is sound, how many tracks, and the values of the leading one.
///
/// The leading track stays the same to its end; the loudest of those that are left then follows it. Angles and levels are whole numbers,
/// so that a change is one that matters.
package struct NodeState: Sendable, Hashable {
    package private(set) var count = 0
    package private(set) var leader: Int?
    /// Of the leading track: degrees and dBFS.
    package private(set) var azimuth, elevation, level: Int?

    package init() {}

    package mutating func take(_ tracks: [FeedLine.Track]) {
        count = tracks.count
        let loudness = { (track: FeedLine.Track) in (track.levelDbfs ?? -200, track.activity) }
        let track = tracks.first { $0.id == leader } ?? tracks.max { loudness($0) < loudness($1) }
        leader = track?.id
        azimuth = track.map { Int($0.azimuth.rounded()) }
        elevation = track.map { Int($0.elevation.rounded()) }
        level = track?.levelDbfs.map { Int($0.rounded()) }
    }

    /// A JSON object; what there is none of is null.
    package var json: [UInt8] {
        let values: JSONValue = [
            "sound": .text(count > 0 ? "ON" : "OFF"), "count": .integer(count), "id": JSONValue(leader), "azimuth": JSONValue(azimuth),
            "elevation": JSONValue(elevation), "level": JSONValue(level),
        ]
        return values.bytes
    }
}

/// When a state is published: on a change, at most once a second, and at least once a minute.
package struct StatePace {
    /// Nanoseconds.
    package static let shortest: Int64 = 1_000_000_000
    package static let longest: Int64 = 60_000_000_000

    private var published: NodeState?
    private var time: Int64 = 0

    package init() {}

    /// The next publication is due at once.
    package mutating func forget() { published = nil }

    /// When `state` is due, nanoseconds of the monotonic clock.
    package func due(_ state: NodeState) -> Int64 {
        guard let published else { return 0 }
        return time + (state == published ? Self.longest : Self.shortest)
    }

    package mutating func publish(_ state: NodeState, at now: Int64) { (published, time) = (state, now) }
}
