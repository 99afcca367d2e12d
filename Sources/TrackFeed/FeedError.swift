import Glibc

/// Why a socket cannot be served, or not be connected to.
public enum FeedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The address of a UNIX socket holds so many bytes of path.
    case pathTooLong(path: String, bytes: Int, limit: Int)
    case emptyPath
    /// Something that is no socket lies there.
    case notASocket(path: String)
    /// Another process listens there.
    case inUse(FeedAddress)
    /// The file cannot get its owner or group.
    case cannotGive(path: String, to: String, code: Int32)
    /// A socket of systemd was asked for, and there is none.
    case nothingPassed
    /// LISTEN_FDS is no count.
    case badCount(String)
    /// What systemd passed is no listening stream socket.
    case badPassed(Int32, name: String, found: String)
    /// At a place that nobody named, somebody serves who need not be a daemon of ours.
    case untrusted(FeedAddress, user: UInt32)
    /// A system call failed: which, and its errno.
    case system(FeedAddress, call: String, code: Int32)

    public var description: String {
        switch self {
        case .pathTooLong(let path, let bytes, let limit):
            "socket path \(path) has \(bytes) bytes, but a UNIX socket's path has at most \(limit); choose a shorter one"
        case .emptyPath:
            "the socket path is empty; give a path such as /run/bearing/bearing.sock"
        case .notASocket(let path):
            "socket path \(path) is taken by something that is not a socket; move it away or choose another path"
        case .inUse(let address):
            "socket \(address) is already served by a running process; stop that one or choose another \(Self.kind(of: address))"
        case .cannotGive(let path, let to, let code):
            "socket \(path) cannot be given to \(to): \(Self.text(of: code)); \(Self.advice(forGivingTo: to))"
        case .nothingPassed:
            "expected a socket passed by systemd, found none; start the .socket unit, or give a path instead of systemd"
        case .badCount(let text):
            "LISTEN_FDS: expected how many sockets systemd passes, found \"\(text)\"; unset it, or start by a .socket unit"
        case .badPassed(let descriptor, let name, let found):
            "descriptor \(descriptor) (\(name)) from systemd: expected a listening stream socket, found \(found); "
                + "the .socket unit wants ListenStream= and Accept=no"
        case .untrusted(let address, let user):
            "socket \(address): expected a daemon of this user, of root or of whom its folder belongs to, found one of user \(user); "
                + "to believe it, give its --socket"
        case .system(let address, let call, let code):
            "socket \(address) cannot be \(call == "connect" ? "reached" : "served"): \(call): \(Self.text(of: code)); "
                + Self.advice(for: code, address)
        }
    }

    /// The errno, for those who choose an exit code; nil where no call failed.
    public var code: Int32? {
        switch self {
        case .system(_, _, let code), .cannotGive(_, _, let code): code
        default: nil
        }
    }

    static func text(of code: Int32) -> String { unsafe String(cString: strerror(code)) }

    private static func kind(of address: FeedAddress) -> String {
        switch address {
        case .path, .systemd: "path"
        case .abstract: "name"
        case .tcp: "port"
        }
    }

    private static func advice(forGivingTo whom: String) -> String {
        whom.hasPrefix("group")
            ? "make the daemon's user a member of that group, or leave socket.group out"
            : "start as root or with CAP_CHOWN, or leave socket.owner out"
    }

    private static func advice(for code: Int32, _ address: FeedAddress) -> String {
        if case .tcp = address {
            switch code {
            case EACCES, EPERM: return "choose a port from 1024 up"
            case EADDRNOTAVAIL: return "give an address of this machine, such as 127.0.0.1"
            case EAFNOSUPPORT:
                return "such addresses are not there or not permitted; under systemd, RestrictAddressFamilies names AF_INET and AF_INET6"
            default: return "choose another address"
            }
        }
        switch code {
        case ENOENT, ENOTDIR: return "create its folder first, or choose another path"
        case EACCES, EPERM, EROFS: return "give this user write permission to its folder, or choose another path"
        case EWOULDBLOCK: return "another daemon of this user starts there and does not get on; end it"
        default: return "choose another \(kind(of: address))"
        }
    }
}
