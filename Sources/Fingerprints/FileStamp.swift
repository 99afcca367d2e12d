public import Files
import Glibc

/// What says without reading a file that its contents are still those of before: where it lies, which file it is, and when it
/// was last changed. The time of change cannot be set by programs, unlike that of modification, which copies take over.
public struct FileStamp: Sendable, Hashable {
    /// Device, inode, size, times of modification and of change (seconds and nanoseconds each), digest of the resolved path.
    public let words: [UInt64]
    public static let wordCount = 8
    /// Seconds after a change in which another one might leave the same time.
    private static let coarsestClock = 3

    /// - Throws: a file that is missing or cannot be examined.
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

    /// Whether the last change is long enough ago for the next one to show. Only then is the stamp worth keeping.
    public var isSettled: Bool { time(nil) - Int(Int64(bitPattern: words[5])) > Self.coarsestClock }

    private static func bits(_ value: Int) -> UInt64 { UInt64(bitPattern: Int64(value)) }
}
