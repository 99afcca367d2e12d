import Geometry
package import TrackFeed

/// Messages in the form of ODAS' own sinks, byte for byte in their layout: programs that read them split at `}\n{` and repair braces by
/// their position, so a compact form would not do.
package enum OdasMessage {
    /// Sources in a message, whether there are as many or not.
    package static let sources = 4

    /// Of the tracked sources: an empty place has id 0 and zeros.
    package static func tracked(_ tracks: [FeedLine.Track?], timeStamp: Int) -> [UInt8] {
        message(tracks, timeStamp) { track in
            let (x, y, z) = vector(track)
            return "\"id\": \(track?.id ?? 0), \"tag\": \"\(track == nil ? "" : "dynamic")\", \"x\": \(x), \"y\": \(y), \"z\": \(z), "
                + "\"activity\": \(thousandths(track?.activity ?? 0))"
        }
    }

    /// Of the potential sources: the same directions, with the activity as their energy.
    package static func potential(_ tracks: [FeedLine.Track?], timeStamp: Int) -> [UInt8] {
        message(tracks, timeStamp) { track in
            let (x, y, z) = vector(track)
            return "\"x\": \(x), \"y\": \(y), \"z\": \(z), \"E\": \(thousandths(track?.activity ?? 0))"
        }
    }

    private static func message(
        _ tracks: [FeedLine.Track?], _ timeStamp: Int, _ fields: (FeedLine.Track?) -> String
    ) -> [UInt8] {
        let lines = (0..<sources).map { "        { \(fields($0 < tracks.count ? tracks[$0] : nil)) }" }
        return Array("{\n    \"timeStamp\": \(timeStamp),\n    \"src\": [\n\(lines.joined(separator: ",\n"))\n    ]\n}\n".utf8)
    }

    private static func vector(_ track: FeedLine.Track?) -> (x: String, y: String, z: String) {
        guard let track else { return ("0.000", "0.000", "0.000") }
        let direction = Direction(azimuth: Float(track.azimuth), elevation: Float(track.elevation))
        return (thousandths(Double(direction.x)), thousandths(Double(direction.y)), thousandths(Double(direction.z)))
    }

    /// Three decimals, whatever the locale.
    private static func thousandths(_ value: Double) -> String {
        let rounded = Int((max(-1e6, min(1e6, value)) * 1000).rounded())
        let fraction = "\(rounded.magnitude % 1000)"
        return "\(rounded < 0 ? "-" : "")\(rounded.magnitude / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
    }
}
