import FoundationEssentials
import Glibc

/// The default path of the socket.
public enum SocketPath {
    /// The service's path, as its systemd unit sets it.
    public static let service = "/run/bearing/bearing.sock"

    /// `$RUNTIME_DIRECTORY/bearing.sock` under systemd, else `$XDG_RUNTIME_DIR/bearing.sock`, else in /tmp by user.
    public static var standard: String { standard(ProcessInfo.processInfo.environment, user: getuid()) }

    static func standard(_ environment: [String: String], user: UInt32) -> String {
        if let folder = environment["RUNTIME_DIRECTORY"], folder.hasPrefix("/") {
            // A unit may have several folders; the first is used.
            return "\(folder.prefix { $0 != ":" })/bearing.sock"
        }
        if let folder = environment["XDG_RUNTIME_DIR"], folder.hasPrefix("/") { return "\(folder)/bearing.sock" }
        return "/tmp/bearing-\(user).sock"
    }
}
