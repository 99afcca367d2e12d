/// A way into the program for bytes that somebody else wrote.
public enum FuzzTarget: String, Sendable, CaseIterable {
    /// The daemon's and the trainer's configuration files.
    case configuration
    /// The file of a microphone array, and the encoder that is made of it.
    case array
    /// Model files: the container, both kinds of network, and a block of audio through what was accepted.
    case model
    /// Recordings: WAV, FLAC and whatever else libsndfile opens.
    case audio
    /// The csv of labels and tracks.
    case metadata
    /// What subscribers do and say.
    case subscriber

    /// Feeds the target once. Whatever the bytes are, it returns: a broken promise traps.
    public func run(_ bytes: [UInt8]) {
        switch self {
        case .configuration: ConfigurationTarget.run(bytes)
        case .array: ArrayTarget.run(bytes)
        case .model: ModelTarget.run(bytes)
        case .audio: AudioTarget.run(bytes)
        case .metadata: MetadataTarget.run(bytes)
        case .subscriber: SubscriberTarget.shared.run(bytes)
        }
    }
}

/// Whether an error keeps what all of them promise: something is said, in one line, and nothing in it moves a terminal's cursor.
func demandOneLine(_ description: String) {
    precondition(!description.isEmpty, "an error that says nothing")
    let control = description.unicodeScalars.first { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x2028 }
    precondition(control == nil, "an error of more than one line: \(description.debugDescription)")
}
