import Glibc

/// Files that are read at once and replaced at once.
public enum WholeFile {
    /// All bytes of a file.
    public static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = unsafe open(path.systemPath, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: FileError.text(of: errno))
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw .unreadable(path: path, reason: FileError.text(of: errno)) }
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
                throw .unreadable(path: path, reason: FileError.text(of: errno))
            }
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// The first bytes of an ordinary file; fewer where it has no more.
    /// - Throws: `FileError.missing`, `unreadable`.
    public static func beginning(of path: String, count: Int) throws(FileError) -> [UInt8] {
        let file = unsafe open(path.systemPath, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            throw errno == ENOENT ? .missing(path: path) : .unreadable(path: path, reason: FileError.text(of: errno))
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = unsafe pread(file, &bytes, count, 0)
        guard got >= 0 else { throw .unreadable(path: path, reason: FileError.text(of: errno)) }
        return Array(bytes[..<got])
    }

    /// Replaces a file, or leaves the old one: written beside it, synced, then renamed over it.
    /// - Throws: `FileError.unwritable`.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let file = try ReplacementFile(path)
        try file.write(bytes)
        try file.commit()
    }

    /// Sees that a file can be written or replaced, before the work whose result goes there; nothing is changed.
    /// - Throws: `FileError.unwritable`.
    public static func checkWritable(_ path: String) throws(FileError) { _ = try ReplacementFile(path) }

    /// Appends to a file, which is made where it is missing, and waits until the disk has it.
    /// - Throws: `FileError.unwritable`; the file may then end with a part of the bytes.
    public static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        let file = unsafe open(path.systemPath, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
        var failure = FileBytes.write(bytes, to: file)
        if failure == nil, fsync(file) != 0 { failure = errno }
        if close(file) != 0, failure == nil { failure = errno }
        if let failure { throw .unwritable(path: path, reason: FileError.text(of: failure)) }
    }
}
