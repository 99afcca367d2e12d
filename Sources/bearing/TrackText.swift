import ArgumentParser
import Formats
import Geometry
import JSON
import TrackFeed
import Tracking

/// The text that `localize` writes of a recording, block by block.
struct TrackText {
    enum Output: String, ExpressibleByArgument, CaseIterable {
        case csv, jsonl, events

        /// Of the file's name: events are csv too, and another file than the csv of frames.
        var ending: String { self == .events ? "events.csv" : rawValue }
    }

    private let output: Output
    /// Whether the csv of frames has the levels.
    private let levels: Bool
    private let elevation: ElevationSense
    private var text = ""
    private var events = EventTable()

    /// - Parameter elevation: what the elevations tell; lines of jsonl state it where they have no sign.
    init(_ output: Output, levels: Bool, elevation: ElevationSense) {
        self.output = output
        self.levels = levels
        self.elevation = elevation
    }

    mutating func append(_ block: borrowing BlockTracks) {
        let tracks = block.array
        switch output {
        case .csv: for track in tracks { text += row(track, block.block) }
        case .jsonl: text += line(tracks, block.block)
        case .events: for track in tracks { events.add(track, block: block.block) }
        }
    }

    /// All of it, after the last block.
    var finished: String { output == .events ? events.text : text }

    private func row(_ track: Track, _ frame: Int) -> String {
        let (azimuth, elevation) = (Double(track.direction.azimuth), Double(track.direction.elevation))
        let level = levels ? ",\(Double(track.level).formatted(1))" : ""
        return "\(frame),0,\(track.id),\(azimuth.formatted(1)),\(elevation.formatted(1))\(level)\n"
    }

    private func line(_ tracks: [Track], _ frame: Int) -> String {
        JSONWriter.text { json in
            json.field("frame", frame)
            json.openArray("tracks")
            for track in tracks { json.track(track, hasVector: false) }
            json.closeArray()
            if elevation != .signed { json.field("elevation", elevation.rawValue) }
        } + "\n"
    }
}
