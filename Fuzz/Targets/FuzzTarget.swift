/// An entry of the program for untrusted bytes.
public enum FuzzTarget: String, Sendable, CaseIterable {
    /// The daemon's and the trainer's configuration files.
    case configuration
    /// The file of a microphone array, and the encoder that is made of it.
    case array
    /// Model files: the container, both kinds of network, and a block of audio through accepted ones.
    case model
    /// Recordings: WAV, FLAC and whatever else libsndfile opens.
    case audio
    /// The csv of labels and tracks.
    case metadata
    /// A special or sparse file instead of every file that is read.
    case file
    /// Samples of any bits, through the network.
    case samples
    /// Input from subscribers.
    case subscriber
    /// Input from browsers.
    case request

    /// Feeds the target once. Whatever the bytes are, it returns: a broken promise traps.
    public func run(_ bytes: [UInt8]) {
        switch self {
        case .configuration: ConfigurationTarget.run(bytes)
        case .array: ArrayTarget.run(bytes)
        case .model: ModelTarget.run(bytes)
        case .audio: AudioTarget.run(bytes)
        case .metadata: MetadataTarget.run(bytes)
        case .file: FileTarget.run(bytes)
        case .samples: SampleTarget.run(bytes)
        case .subscriber: SubscriberTarget.shared.run(bytes)
        case .request: RequestTarget.run(bytes)
        }
    }
}
