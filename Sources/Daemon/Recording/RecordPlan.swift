import Audio

/// Which recordings of audio and tracks a daemon keeps, and where.
public struct RecordPlan: Sendable, Hashable {
    public var folder: String
    /// Duration of each file in seconds.
    public var fileSeconds: Int
    /// Maximum size of all files together in bytes.
    public var limit: Int
    /// The program that writes in a separate process, with its first arguments, to which those of the plan are added. nil
    /// writes in this process, which a hanging disk can prevent from ending.
    public var writer: [String]?

    public init(folder: String, fileSeconds: Int, limit: Int) {
        self.folder = folder
        self.fileSeconds = fileSeconds
        self.limit = limit
    }

    /// Size of a pair of files in bytes, including the lines of two tracks.
    func bytesOfFile(channels: Int) -> Int { fileSeconds * (AudioFormat.sampleRate * channels * 4 + 4000) }
}
