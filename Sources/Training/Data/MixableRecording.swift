public import Formats

/// What of a recording of one source at a time is needed to mix it with another one while training.
public struct MixableRecording: Sendable {
    public let audio: String
    /// The folder of the data set, the fold and the room.
    public let room: String
    public let references: ReferenceLabels

    public init(audio: String, room: String, references: ReferenceLabels) {
        self.audio = audio
        self.room = room
        self.references = references
    }
}
