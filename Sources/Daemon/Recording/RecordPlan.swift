import Audio

/// What is kept of what a daemon hears and tells, and where.
public struct RecordPlan: Sendable, Hashable {
    public var folder: String
    /// Seconds of each file.
    public var fileSeconds: Int
    /// Bytes of all files together at most.
    public var limit: Int
    /// The program that writes in a process of its own, and its arguments, to which those of the plan are added; nil writes in this
    /// process, whose end a disk that hangs can hold.
    public var writer: [String]?

    public init(folder: String, fileSeconds: Int, limit: Int) {
        self.folder = folder
        self.fileSeconds = fileSeconds
        self.limit = limit
    }

    /// Bytes of a pair of files, the lines of two tracks included.
    var bytesOfFile: Int { fileSeconds * (AudioFormat.sampleRate * AudioFormat.channels * 4 + 4000) }
}
