import CRealtime
import Glibc

/// The other end of a connection, as the kernel reports it.
enum Peer: Hashable {
    /// The user who runs this process, or root.
    case own
    /// Another user of this machine, by number.
    case user(UInt32)
    /// A client over TCP.
    case remote

    init(of descriptor: Int32) {
        guard let user = Self.user(of: descriptor) else {
            self = .remote
            return
        }
        self = user == 0 || user == geteuid() ? .own : .user(user)
    }

    /// Whether a daemon of that user is trusted at the default address.
    static func isTrusted(_ user: UInt32, folderOwner: UInt32?, own: UInt32 = geteuid()) -> Bool {
        user == 0 || user == own || user == folderOwner
    }

    /// The user at the other end of a UNIX socket; nil if the kernel does not report it.
    static func user(of descriptor: Int32) -> UInt32? {
        UInt32(exactly: bearing_peer_user(descriptor))
    }
}
