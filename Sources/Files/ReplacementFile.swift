import Glibc

/// A file that will replace another: written beside it under a temporary name, synced, then renamed over it by `commit`.
/// Without `commit` it is removed, and the old file is unchanged.
///
/// A link that belongs to this user or root is kept, and its target is replaced. A link of another user, in a shared folder, is
/// itself replaced, since its target is not trusted. A device or a pipe is written to directly.
public struct ReplacementFile: ~Copyable {
    /// The path as given, for messages.
    public let path: String
    /// The path of the final file.
    private let target: String
    /// nil if the target is written to directly.
    private let temporary: String?
    private let descriptor: Int32

    private static let prefix = ".bearing-"
    private static let suffix = ".tmp"

    /// Whether a name is that of a temporary file, of a running process or of one that was killed.
    public static func isTemporary(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }

    /// - Throws: `FileError.unwritable`.
    public init(_ path: String) throws(FileError) {
        self.path = path
        target = Self.target(of: path)
        if let kind = Folder.kind(target, ofLink: true), kind != S_IFREG, kind != S_IFLNK {
            temporary = nil
            // Non-blocking: a pipe may have no reader.
            descriptor = unsafe open(target.systemPath, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, 0) }
        } else {
            // Independent of the file's own name, which may already have the maximum length.
            let name = "\(PathName.folder(target))/\(Self.prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))\(Self.suffix)"
            temporary = name
            descriptor = unsafe open(name.systemPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        }
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
    }

    deinit {
        close(descriptor)
        if let temporary { _ = unsafe unlink(temporary.systemPath) }
    }

    private static func target(of path: String) -> String {
        var facts = stat()
        guard unsafe lstat(path.systemPath, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK, [0, geteuid()].contains(facts.st_uid) else {
            return path
        }
        return Folder.real(path) ?? path
    }

    /// Appends bytes.
    /// - Throws: `FileError.unwritable`, for example for a full disk.
    public func write(_ bytes: borrowing [UInt8]) throws(FileError) {
        if let code = FileBytes.write(bytes, to: descriptor) { throw .unwritable(path: path, reason: FileError.text(of: code)) }
    }

    /// Overwrites the first bytes, which were written before.
    /// - Throws: `FileError.unwritable`.
    public func rewrite(_ bytes: borrowing [UInt8]) throws(FileError) {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
        try write(bytes)
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
    }

    /// Renames the file to its final path.
    /// - Parameter synced: whether to wait until the data is on disk; not needed for results that can be made again.
    /// - Throws: `FileError.unwritable`; then the old file is unchanged.
    public consuming func commit(synced: Bool = true) throws(FileError) {
        var failure: Int32?
        if let temporary {
            if synced, fsync(descriptor) != 0 { failure = errno }
            if failure == nil, unsafe rename(temporary.systemPath, target.systemPath) != 0 { failure = errno }
        }
        if let failure { throw .unwritable(path: path, reason: FileError.text(of: failure)) }
    }
}

/// Writes bytes to descriptors.
public enum FileBytes {
    /// Writes all bytes, in as many calls as necessary.
    /// - Returns: an error number, or nil when every byte is written.
    public static func write(_ bytes: borrowing [UInt8], to descriptor: Int32) -> Int32? {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                // Another process may have made the shared terminal or pipe non-blocking.
                if errno == EAGAIN {
                    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = unsafe poll(&waiting, 1, -1)
                    continue
                }
                return errno
            }
            written += count
        }
        return nil
    }
}
