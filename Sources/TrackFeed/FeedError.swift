import Glibc

/// Why the socket cannot be served.
public enum FeedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address of a UNIX socket holds so many bytes of path.
    case pathTooLong(path: String, bytes: Int, limit: Int)
    case emptyPath
    /// Something that is no socket lies there.
    case notASocket(path: String)
    /// Another process listens there.
    case inUse(path: String)
    /// A system call failed: which, and its errno.
    case system(path: String, call: String, code: Int32)

    public var description: String {
        switch self {
        case .pathTooLong(let path, let bytes, let limit):
            "socket path \(path) has \(bytes) bytes, but a UNIX socket's path has at most \(limit); choose a shorter one"
        case .emptyPath:
            "the socket path is empty; give a path such as /run/bearing/bearing.sock"
        case .notASocket(let path):
            "socket path \(path) is taken by something that is not a socket; move it away or choose another path"
        case .inUse(let path):
            "socket \(path) is already served by a running process; stop that one or choose another path"
        case .system(let path, let call, let code):
            "socket \(path) cannot be served: \(call): \(Self.text(of: code)); \(Self.advice(for: code))"
        }
    }

    /// The errno, for those who choose an exit code; nil where no call failed.
    public var code: Int32? {
        if case .system(_, _, let code) = self { return code }
        return nil
    }

    static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }

    private static func advice(for code: Int32) -> String {
        switch code {
        case ENOENT, ENOTDIR: "create its folder first, or choose another path"
        case EACCES, EPERM, EROFS: "give this user write permission to its folder, or choose another path"
        default: "choose another path"
        }
    }
}
