import Glibc

/// A file on its way to replace another: written beside it under a name of its own, synced, then renamed over it by `commit`. Without
/// `commit` it is gone, and the old file is as it was.
///
/// A link of this user's or of root's stays: the file that it points to is replaced. One of somebody else's, in a folder for all, is replaced
/// itself, as nobody knows where it leads. What is no ordinary file (a device, a pipe) is written to as it stands.
public struct ReplacementFile: ~Copyable {
    /// As given, for messages.
    public let path: String
    /// Where it ends up.
    private let target: String
    /// nil for what is written to as it stands.
    private let temporary: String?
    private let descriptor: Int32

    private static let prefix = ".bearing-"
    private static let suffix = ".tmp"

    /// Whether a file of this name in a folder is on its way to replace another, or was when its process was killed.
    public static func isTemporary(_ name: String) -> Bool { name.hasPrefix(prefix) && name.hasSuffix(suffix) }

    /// - Throws: `FileError.unwritable`.
    public init(_ path: String) throws(FileError) {
        self.path = path
        target = Self.target(of: path)
        if let kind = Folder.kind(target, ofLink: true), kind != S_IFREG, kind != S_IFLNK {
            temporary = nil
            // Without a wait for somebody who reads a pipe.
            descriptor = unsafe open(target.systemPath, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            if descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, 0) }
        } else {
            // Not made of the file's own name, which may be as long as names can be.
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

    /// Writes over the first bytes, which have been written once.
    /// - Throws: `FileError.unwritable`.
    public func rewrite(_ bytes: borrowing [UInt8]) throws(FileError) {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
        try write(bytes)
        guard lseek(descriptor, 0, SEEK_END) >= 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
    }

    /// Puts the file in place.
    /// - Parameter synced: whether to wait until the disk has it: what can be made again need not be.
    /// - Throws: `FileError.unwritable`; then the old file is as it was.
    public consuming func commit(synced: Bool = true) throws(FileError) {
        var failure: Int32?
        if let temporary {
            if synced, fsync(descriptor) != 0 { failure = errno }
            if failure == nil, unsafe rename(temporary.systemPath, target.systemPath) != 0 { failure = errno }
        }
        if let failure { throw .unwritable(path: path, reason: FileError.text(of: failure)) }
    }
}

/// Bytes to descriptors.
public enum FileBytes {
    /// Writes all bytes, over as many calls as it takes.
    /// - Returns: an error number, or nil when every byte is written.
    public static func write(_ bytes: borrowing [UInt8], to descriptor: Int32) -> Int32? {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                // Somebody else may have made the terminal or pipe one that does not wait.
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
