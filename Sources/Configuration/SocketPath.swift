import Foundation

/// Where the socket lies when nobody says where.
public enum SocketPath {
    /// The service's own place, as its systemd unit makes it.
    public static let service = "/run/bearing/bearing.sock"

    /// `$RUNTIME_DIRECTORY/bearing.sock` under systemd, else `$XDG_RUNTIME_DIR/bearing.sock`, else in /tmp by user.
    public static var standard: String { standard(ProcessInfo.processInfo.environment, user: getuid()) }

    static func standard(_ environment: [String: String], user: UInt32) -> String {
        if let folder = environment["RUNTIME_DIRECTORY"], folder.hasPrefix("/") {
            // A unit may have several folders; the first is the first that it names.
            return "\(folder.prefix { $0 != ":" })/bearing.sock"
        }
        if let folder = environment["XDG_RUNTIME_DIR"], folder.hasPrefix("/") { return "\(folder)/bearing.sock" }
        return "/tmp/bearing-\(user).sock"
    }
}
