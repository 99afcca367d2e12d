import Glibc

/// What can go wrong with a whole file, whatever it holds.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(path: String)
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)

    public var description: String {
        switch self {
        case .missing(let path):
            "\(path): expected a file, found nothing there: check the path"
        case .unreadable(let path, let reason):
            "\(path): expected a readable file, found: \(reason): check the path and its permissions"
        case .unwritable(let path, let reason):
            "\(path): expected to write there, found: \(reason): check folder, permissions and free space"
        }
    }
}

/// Files that are read at once and replaced at once.
public enum WholeFile {
    /// All bytes of a file.
    public static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: reason(errno))
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw .unreadable(path: path, reason: reason(errno)) }
        var bytes = [UInt8](repeating: 0, count: max(0, Int(status.st_size)))
        var filled = 0
        while true {
            // A pipe or a growing file may hold more than its size says.
            if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: 4096)) }
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress! + filled, buffer.count - filled)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable(path: path, reason: reason(errno))
            }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// Replaces a file, or leaves the old one: written beside it, synced, then renamed over it.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let temporary = "\(path).\(getpid()).\(UInt32.random(in: 0...UInt32.max)).tmp"
        let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .unwritable(path: path, reason: reason(errno)) }
        var failure = writeAll(bytes, to: file)
        if failure == nil, fsync(file) != 0 { failure = errno }
        if close(file) != 0, failure == nil { failure = errno }
        if failure == nil, unsafe rename(temporary, path) != 0 { failure = errno }
        if let failure {
            _ = unsafe unlink(temporary)
            throw .unwritable(path: path, reason: reason(failure))
        }
    }

    /// The error number, or nil when every byte is written.
    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Int32? {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(file, buffer.baseAddress! + written, buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            written += count
        }
        return nil
    }

    private static func reason(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
