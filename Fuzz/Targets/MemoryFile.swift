import Glibc

/// A file in memory with a path, so that readers are driven through the door that users come through.
final class MemoryFile {
    let path: String
    private let descriptor: Int32

    /// - Parameter hole: zero bytes after the others, which use no disk space.
    init(_ bytes: [UInt8], hole: Int = 0) {
        // A name for a moment only: the file goes with its descriptor.
        var name = Array("/dev/shm/bearing-fuzz-XXXXXX".utf8CString)
        descriptor = unsafe mkstemp(&name)
        precondition(descriptor >= 0, "no file in memory: \(errno)")
        unsafe unlink(name)
        path = "/proc/self/fd/\(descriptor)"
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            precondition(count > 0, "no room for a file in memory: \(errno)")
            written += count
        }
        precondition(hole == 0 || ftruncate(descriptor, bytes.count + hole) == 0, "no sparse file in memory: \(errno)")
    }

    deinit { close(descriptor) }
}
