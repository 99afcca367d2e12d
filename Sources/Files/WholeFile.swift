import Glibc

/// Files that are read at once and replaced at once.
public enum WholeFile {
    /// All bytes of an ordinary file.
    /// - Throws: what `RegularFile` throws; `tooLarge` also for a file that turns out to hold more than the limit.
    public static func read(_ path: String, limit: FileLimit = .table) throws(FileError) -> [UInt8] {
        let file = try RegularFile(path, limit: limit)
        var bytes = [UInt8](repeating: 0, count: file.size)
        var filled = 0
        while true {
            // A file that grows, or one of the kernel's, may hold more than its size says.
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

    /// The first bytes of an ordinary file, however long; fewer where it has no more.
    /// - Throws: `FileError.missing`, `notAFile`, `unreadable`.
    public static func beginning(of path: String, count: Int) throws(FileError) -> [UInt8] {
        try RegularFile(path, limit: FileLimit(bytes: .max)).bytes(at: 0, count: count)
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

    /// Appends to an ordinary file, which is made where it is missing, and waits until the disk has it.
    /// - Throws: `FileError.notAFile`, `unwritable`; the file may then end with a part of the bytes.
    public static func append(_ bytes: [UInt8], to path: String) throws(FileError) {
        // Without a wait for somebody who reads a pipe.
        let file = unsafe open(path.systemPath, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw .unwritable(path: path, reason: FileError.text(of: errno)) }
        var failure = FileBytes.write(bytes, to: file)
        // What is no ordinary file, such as a terminal, has nothing to sync.
        if failure == nil, fsync(file) != 0, errno != EINVAL { failure = errno }
        if close(file) != 0, failure == nil { failure = errno }
        if let failure { throw .unwritable(path: path, reason: FileError.text(of: failure)) }
    }
}
