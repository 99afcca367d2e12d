public import Files
import Glibc

/// Identifies a file's contents without reading them: its path, its inode, and its time of change. Programs cannot set the time
/// of change, unlike the time of modification, which copies preserve.
public struct FileStamp: Sendable, Hashable {
    /// Device, inode, size, times of modification and of change (seconds and nanoseconds each), digest of the resolved path.
    public let words: [UInt64]
    public static let wordCount = 8
    /// Seconds after a change in which another change might have the same time.
    private static let coarsestClock = 3

    /// - Throws: a `FileError` if the file is missing or cannot be examined.
    public init(_ path: String) throws(FileError) {
        var status = stat()
        guard unsafe stat(path.systemPath, &status) == 0 else {
            throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: FileError.text(of: errno))
        }
        var digest = Digest()
        digest.add(Folder.real(path) ?? path)
        words = [
            UInt64(status.st_dev), UInt64(status.st_ino), UInt64(status.st_size), Self.bits(status.st_mtim.tv_sec),
            Self.bits(status.st_mtim.tv_nsec), Self.bits(status.st_ctim.tv_sec), Self.bits(status.st_ctim.tv_nsec), digest.value,
        ]
    }

    /// Whether the last change is old enough for the next one to be visible. Only then is the stamp worth keeping.
    public var isSettled: Bool { time(nil) - Int(Int64(bitPattern: words[5])) > Self.coarsestClock }

    private static func bits(_ value: Int) -> UInt64 { UInt64(bitPattern: Int64(value)) }
}
