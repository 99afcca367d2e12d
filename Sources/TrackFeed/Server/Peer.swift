import CRealtime
import Glibc

/// Who is at the other end of a connection, as far as the kernel says.
enum Peer: Hashable {
    /// The user who runs this process, or root.
    case own
    /// Another user of this machine, by number.
    case user(UInt32)
    /// Somebody over TCP.
    case remote

    init(of descriptor: Int32) {
        guard let user = Self.user(of: descriptor) else {
            self = .remote
            return
        }
        self = user == 0 || user == geteuid() ? .own : .user(user)
    }

    /// Whether a daemon of that user is believed at a place that nobody named.
    static func isTrusted(_ user: UInt32, folderOwner: UInt32?, own: UInt32 = geteuid()) -> Bool {
        user == 0 || user == own || user == folderOwner
    }

    /// The user at the other end of a UNIX socket; nil where the kernel knows none.
    static func user(of descriptor: Int32) -> UInt32? {
        UInt32(exactly: bearing_peer_user(descriptor))
    }
}
