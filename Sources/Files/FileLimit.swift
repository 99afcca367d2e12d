/// The maximum size of a kind of file; a larger file is refused as not of that kind.
public struct FileLimit: Sendable, Hashable {
    public let bytes: Int

    public init(bytes: Int) { self.bytes = bytes }

    /// Configurations and arrays: 1 MiB.
    public static let settings = FileLimit(bytes: 1 << 20)
    /// Tracks, labels and logs: 256 MiB, enough for 28 hours of tracks as JSON lines.
    public static let table = FileLimit(bytes: 1 << 28)
    /// Models and checkpoints: 1 GiB.
    public static let tensors = FileLimit(bytes: 1 << 30)
    /// Recordings: 16 TiB, 1000 hours of four channels at 192 kHz in 32 bits.
    public static let audio = FileLimit(bytes: 1 << 44)
}
