import Glibc

/// Files that are read and replaced as a whole.
public enum WholeFile {
    /// All bytes of an ordinary file.
    /// - Throws: as `RegularFile`; `tooLarge` also for a file that contains more than its size says.
    public static func read(_ path: String, limit: FileLimit = .table) throws(FileError) -> [UInt8] {
        let file = try RegularFile(path, limit: limit)
        var bytes = [UInt8](repeating: 0, count: file.size)
        var filled = 0
        while true {
            // A growing file, or one that the kernel generates, may contain more than its size says.
            if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: 4096)) }
            let (count, code) = file.withDescriptor { descriptor in
                let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe Glibc.read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
                }
                return (count, errno)
            }
            if count < 0 {
                if code == EINTR { continue }
                throw .unreadable(path: path, reason: FileError.text(of: code))
            }
            if count == 0 { break }
            filled += count
            guard filled <= limit.bytes else { throw .tooLarge(path: path, limit: limit.bytes, found: filled) }
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    /// The first bytes of an ordinary file of any length; fewer if it is shorter.
    /// - Throws: `FileError.missing`, `notAFile`, `unreadable`.
    public static func beginning(of path: String, count: Int) throws(FileError) -> [UInt8] {
        try RegularFile(path, limit: FileLimit(bytes: .max)).bytes(at: 0, count: count)
    }

    /// Replaces a file or leaves it unchanged: written beside it, synced, then renamed.
    /// - Throws: `FileError.unwritable`.
    public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
        let file = try ReplacementFile(path)
        try file.write(bytes)
        try file.commit()
    }

    /// Checks that a file can be written or replaced, before the work whose result it receives; changes nothing.
    /// - Throws: `FileError.unwritable`.
    public static func checkWritable(_ path: String) throws(FileError) { _ = try ReplacementFile(path) }

    /// Appends to an ordinary file, which is created if missing, and waits until the data is on disk.
    /// - Throws: `FileError.notAFile`, `unwritable`; the file may then end with a part of the bytes.
    public static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        // Non-blocking: a pipe may have no reader.
        let file = unsafe open(path.systemPath, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
        var failure = FileBytes.write(bytes, to: file)
        // Files that are not ordinary, such as a terminal, need no sync.
        if failure == nil, fsync(file) != 0, errno != EINVAL { failure = errno }
        if close(file) != 0, failure == nil { failure = errno }
        if let failure { throw .unwritable(path: path, reason: FileError.text(of: failure)) }
    }
}
