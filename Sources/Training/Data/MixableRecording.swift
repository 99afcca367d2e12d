public import Formats

/// A recording of one source at a time that can be mixed with another one during training.
public struct MixableRecording: Sendable {
    public let audio: String
    /// The folder of the data set, the fold and the room.
    public let room: String
    public let references: ReferenceLabels
    /// The text of its array's file, where recordings of several arrays are trained on.
    public let array: String

    public init(audio: String, room: String, references: ReferenceLabels, array: String = "") {
        self.array = array
        self.audio = audio
        self.room = room
        self.references = references
    }
}
