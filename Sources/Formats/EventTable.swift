import Geometry
import Glibc
import Signal
public import Tracking

/// Tracks as a table of events: a row for each track, from its first block to its last, pauses and hidden blocks between them included.
///
/// Columns: id, start and end in seconds, azimuth and elevation of the sum of the unit vectors in degrees, and the level of the mean
/// power of the blocks that reported the track, dBFS. Rows are in the order in which tracks begin.
public struct EventTable: Sendable {
    public static let header = "id,start,end,azimuth,elevation,level_dbfs"

    private struct Event {
        let id: Int
        let first: Int
        var last: Int
        var x, y, z, power: Double
        var blocks: Int
    }

    /// In the order in which they begin.
    private var events: [Event] = []
    private var places: [Int: Int] = [:]

    public init() {}

    /// Adds a track of a block; blocks come in order.
    public mutating func add(_ track: Track, block: Int) {
        let place = places[track.id] ?? events.count
        if place == events.count {
            places[track.id] = place
            events.append(Event(id: track.id, first: block, last: block, x: 0, y: 0, z: 0, power: 0, blocks: 0))
        }
        events[place].last = block
        events[place].x += Double(track.direction.x)
        events[place].y += Double(track.direction.y)
        events[place].z += Double(track.direction.z)
        events[place].power += pow(10, Double(track.level) / 10)
        events[place].blocks += 1
    }

    /// As csv with a header; degrees, seconds and decibels to one decimal.
    public var text: String { "\(Self.header)\n" + events.map(Self.row).joined() }

    private static func row(_ event: Event) -> String {
        let direction = Direction(towards: Float(event.x), Float(event.y), Float(event.z))
        let level = 10 * log10(event.power / Double(event.blocks))
        return "\(event.id),\(tenths(seconds(event.first))),\(tenths(seconds(event.last + 1))),"
            + "\(tenths(Double(direction.azimuth))),\(tenths(Double(direction.elevation))),\(tenths(level))\n"
    }

    private static func seconds(_ blocks: Int) -> Double { Double(blocks) / Double(FrameLayout.blocksPerSecond) }

    private static func tenths(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
    }
}
