/// The first line of a file of tracks beside recorded audio.
extension TrackMessage {
    /// What that line begins with, whatever the program's version: how others tell such a file.
    package static let recordingMark = #"{"type":"recording","#

    /// - Parameters:
    ///   - number: counts the pairs of files of a folder in the order in which they were written.
    ///   - time: Unix seconds at which the first frame of the audio was in the air.
    ///   - anew: whether the network had heard nothing before that frame; else the file before it is needed for the same tracks.
    package mutating func encode(recordingOf hello: FeedHello, number: Int, time: Double, anew: Bool) {
        line.begin()
        line.field("type", "recording")
        line.field("protocol", FeedHello.protocolVersion)
        line.field("number", number)
        line.field("name", hello.name)
        line.field("format", hello.format)
        line.field("source", hello.source)
        line.field("model", hello.model)
        line.field("time", time, decimals: 4)
        line.field("continues", anew ? 0 : 1)
        line.end()
    }
}
