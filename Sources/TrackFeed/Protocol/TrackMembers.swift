import Geometry
package import JSON
import Signal
package import Tracking

extension JSONWriter {
    /// A track, with the rounding of docs/socket.md.
    /// - Parameter hasVector: whether the unit vector is written besides the angles.
    package mutating func track(_ track: Track, hasVector: Bool) {
        openObject()
        field("id", track.id)
        field("azimuth", Double(track.direction.azimuth), decimals: 2)
        field("elevation", Double(track.direction.elevation), decimals: 2)
        if hasVector {
            field("x", Double(track.direction.x), decimals: 4)
            field("y", Double(track.direction.y), decimals: 4)
            field("z", Double(track.direction.z), decimals: 4)
        }
        field("activity", Double(track.activity), decimals: 3)
        field("age", Double(track.age) / Double(FrameLayout.blocksPerSecond), decimals: 1)
        field("level_dbfs", Double(track.level), decimals: 1)
        closeObject()
    }
}
