import Geometry
import JSON

/// The first line of a tracks file beside recorded audio.
extension TrackMessage {
    /// The beginning of that line, independent of the version; it identifies such a file.
    package static let recordingMark = #"{"type":"recording","#

    /// - Parameters:
    ///   - number: number of the pair of files within its folder, in order of writing.
    ///   - time: Unix seconds at which the first frame of the audio was in the air.
    ///   - restarted: whether the network started at that frame; otherwise the previous file is needed for the same tracks.
    package mutating func encode(recordingOf hello: FeedHello, number: Int, time: Double, restarted: Bool) {
        line.begin()
        line.field("type", "recording")
        line.field("protocol", FeedHello.protocolVersion)
        line.field("number", number)
        line.field("name", hello.name)
        line.field("format", hello.format)
        line.field("source", hello.source)
        line.field("model", hello.model)
        line.field("elevation", hello.elevation.rawValue)
        line.field("time", time, decimals: 4)
        line.field("continues", restarted ? 0 : 1)
        line.endLine()
    }
}
