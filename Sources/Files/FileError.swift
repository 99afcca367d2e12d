import Glibc

/// Errors of whole files and folders, independent of their contents: one line each, with the path.
public enum FileError: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(path: String)
    /// A folder, a named pipe, a device, a socket.
    case notAFile(path: String, found: String)
    /// More bytes than any file of its kind has.
    case tooLarge(path: String, limit: Int, found: Int)
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    /// A folder that cannot be listed.
    case unreadableFolder(path: String, reason: String)
    /// A folder that cannot be created or written to.
    case unwritableFolder(path: String, reason: String)

    public var description: String {
        switch self {
        case .missing(let path):
            "\(path): expected a file, found nothing there: check the path"
        case .notAFile(let path, let found):
            "\(path): expected an ordinary file, found \(found): check the path"
        case .tooLarge(let path, let limit, let found):
            "\(path): expected at most \(limit) bytes, found \(found): check that it is the right file"
        case .unreadable(let path, let reason):
            "\(path): expected a readable file, found: \(reason): check the path and its permissions"
        case .unwritable(let path, let reason):
            "\(path): expected to write there, found: \(reason): check folder, permissions and free space"
        case .unreadableFolder(let path, let reason):
            "\(path): expected a folder to read, found: \(reason): check the path and its permissions"
        case .unwritableFolder(let path, let reason):
            "\(path): expected a folder to write to, found: \(reason): choose another, or check permissions and free space"
        }
    }

    /// The system's text for an error number.
    public static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }
}
