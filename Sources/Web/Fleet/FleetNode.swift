import Geometry
import JSON

/// A node of a broker: what it last published.
struct FleetNode: Sendable {
    enum Availability: String, Sendable {
        case online, offline
        /// Nothing was said since the broker was reached.
        case unknown
    }

    let name: String
    var availability = Availability.unknown
    var report: NodeReport?
    /// When its newest state came: Unix seconds.
    var time: Double?
    /// Number of its states so far.
    var states = 0
    /// When its newest block came, nanoseconds of the monotonic clock.
    var blockTime: Int64?

    init(name: String) { self.name = name }

    func write(_ json: inout JSONWriter) {
        json.openObject()
        json.field("node", name)
        json.field("availability", availability.rawValue)
        json.field("states", states)
        if let time { json.field("time", time, decimals: 1) }
        if let report {
            json.field("count", report.count)
            if let id = report.id { json.field("id", id) }
            for (key, value) in [("azimuth", report.azimuth), ("elevation", report.elevation), ("level", report.level)] {
                if let value { json.field(key, value, decimals: 1) }
            }
        }
        json.closeObject()
    }

    /// The leading track as a line of the feed, for a node that publishes no blocks; nil where it is not there.
    func heldLine(sequence: Int, time: Double) -> FeedMessage? {
        guard availability == .online, let report else { return nil }
        let text = JSONWriter.text { json in
            json.field("type", "tracks")
            json.field("seq", sequence)
            json.field("time", time, decimals: 4)
            json.field("held", true)
            json.openArray("tracks")
            if report.count > 0, let id = report.id, let direction = report.direction {
                json.openObject()
                json.field("id", id)
                json.field("azimuth", Double(direction.azimuth), decimals: 2)
                json.field("elevation", Double(direction.elevation), decimals: 2)
                for (key, value) in [("x", direction.x), ("y", direction.y), ("z", direction.z)] {
                    json.field(key, Double(value), decimals: 4)
                }
                if let level = report.level { json.field("level_dbfs", level, decimals: 1) }
                json.closeObject()
            }
            json.closeArray()
        }
        return FeedMessage(type: "tracks", text: text)
    }
}
