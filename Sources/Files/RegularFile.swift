public import Glibc

/// Why the system could not read an open file, such as a disk that fails.
public struct ReadFailure: Error, Hashable, Sendable {
    /// The system's error number.
    public let code: Int32
    public var reason: String { FileError.text(of: code) }
}

/// An ordinary file, opened for reading. Every path given by a user is read through this type.
///
/// Named pipes, devices, sockets and folders are refused before they are opened, since opening alone may block forever or
/// rewind a tape. Neither opening nor reading ever waits for another process.
public final class RegularFile {
    private let path: String
    private var descriptor: Int32
    /// Size in bytes when it was opened; 0 for files that the kernel generates, such as those in /proc.
    public let size: Int

    /// - Throws: `missing`, `notAFile`, `tooLarge`, `unreadable`.
    public init(_ path: String, limit: FileLimit) throws(FileError) {
        var status = stat()
        guard unsafe stat(path.systemPath, &status) == 0 else { throw Self.failure(path, errno) }
        if let kind = Self.otherKind(status.st_mode) { throw .notAFile(path: path, found: kind) }
        // Another file may have been put at that path since.
        let file = unsafe open(path.systemPath, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard file >= 0 else { throw Self.failure(path, errno) }
        var problem: FileError?
        if unsafe fstat(file, &status) != 0 {
            problem = Self.failure(path, errno)
        } else if let kind = Self.otherKind(status.st_mode) {
            problem = .notAFile(path: path, found: kind)
        } else if status.st_size > limit.bytes {
            problem = .tooLarge(path: path, limit: limit.bytes, found: Int(status.st_size))
        }
        if let problem {
            close(file)
            throw problem
        }
        self.path = path
        descriptor = file
        size = max(0, Int(status.st_size))
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Transfers the descriptor to the caller, who must close it.
    public func release() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }

    /// Lends the descriptor.
    public func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result { withExtendedLifetime(self) { body(descriptor) } }

    /// The bytes at an offset; fewer if the file ends.
    /// - Throws: `unreadable`.
    public func bytes(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
        defer { withExtendedLifetime(self) {} }
        do throws(ReadFailure) {
            return try Self.bytes(of: descriptor, at: offset, count: count)
        } catch { throw .unreadable(path: path, reason: error.reason) }
    }

    /// The same for a descriptor that was released.
    public static func bytes(of descriptor: Int32, at offset: Int, count: Int) throws(ReadFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard count > 0 else { return bytes }
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(ReadFailure) in unsafe try read(descriptor, at: offset, into: buffer) }
        }
        bytes.removeLast(count - (try result.get()))
        return bytes
    }

    /// Reads until the buffer is full or the file ends. A file that cannot be read does not end there.
    /// - Returns: bytes read.
    public static func read(
        _ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(ReadFailure) -> Int {
        var filled = 0
        while filled < buffer.count {
            let got = unsafe pread(descriptor, buffer.baseAddress! + filled, buffer.count - filled, offset + filled)
            if got < 0 {
                let code = errno
                if code == EINTR { continue }
                throw ReadFailure(code: code)
            }
            if got == 0 { break }
            filled += got
        }
        return filled
    }

    /// The kind of a file that is not an ordinary one, from the mode of `stat`; nil for an ordinary file.
    public static func otherKind(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a folder"
        case S_IFIFO: "a named pipe"
        case S_IFCHR, S_IFBLK: "a device"
        case S_IFSOCK: "a socket"
        default: "not a file"
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> FileError {
        code == ENOENT || code == ENOTDIR
            ? .missing(path: path) : .unreadable(path: path, reason: FileError.text(of: code))
    }
}
