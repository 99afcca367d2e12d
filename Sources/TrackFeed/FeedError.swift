import Glibc

/// Why a socket cannot be served or connected to.
public enum FeedError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The path is longer than the address of a UNIX socket allows.
    case pathTooLong(path: String, bytes: Int, limit: Int)
    case emptyPath
    /// The path exists and is not a socket.
    case notASocket(path: String)
    /// Another process listens there.
    case inUse(FeedAddress)
    /// The owner or group of the file cannot be set.
    case cannotGive(path: String, to: String, code: Int32)
    /// A socket of systemd was requested, and none was passed.
    case nothingPassed
    /// LISTEN_FDS is not a number.
    case badCount(String)
    /// The passed descriptor is not a listening stream socket.
    case badPassed(Int32, name: String, found: String)
    /// The user did not give the address, and another user serves it.
    case untrusted(FeedAddress, user: UInt32)
    /// A system call failed: its name and errno.
    case system(FeedAddress, call: String, code: Int32)

    public var description: String {
        switch self {
        case .pathTooLong(let path, let bytes, let limit):
            "socket path \(path): expected at most \(limit) bytes, found \(bytes); choose a shorter path"
        case .emptyPath:
            "socket path: expected a path such as /run/bearing/bearing.sock, found an empty one; give a path"
        case .notASocket(let path):
            "socket path \(path): expected a socket or no file, found something that is not a socket; move it or choose another path"
        case .inUse(let address):
            "socket \(address) is already served by a running process; stop that one or choose another \(Self.kind(of: address))"
        case .cannotGive(let path, let to, let code):
            "socket \(path) cannot be given to \(to): \(Self.text(of: code)); \(Self.advice(forGivingTo: to))"
        case .nothingPassed:
            "expected a socket passed by systemd, found none; start the .socket unit, or give a path instead of systemd"
        case .badCount(let text):
            "LISTEN_FDS: expected the number of sockets passed by systemd, found \"\(text)\"; unset it, or start by a .socket unit"
        case .badPassed(let descriptor, let name, let found):
            "descriptor \(descriptor) (\(name)) from systemd: expected a listening stream socket, found \(found); "
                + "set ListenStream= and Accept=no in the .socket unit"
        case .untrusted(let address, let user):
            "socket \(address): expected a daemon of this user, of root or of its folder's owner, found one of user \(user); "
                + "to trust it, give its --socket"
        case .system(let address, let call, let code):
            "socket \(address) cannot be \(call == "connect" ? "reached" : "served"): \(call): \(Self.text(of: code)); "
                + Self.advice(for: code, address)
        }
    }

    /// The errno, for the choice of an exit code; nil if no call failed.
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
            ? "make the daemon's user a member of that group, or remove socket.group"
            : "start as root or with CAP_CHOWN, or remove socket.owner"
    }

    private static func advice(for code: Int32, _ address: FeedAddress) -> String {
        if case .tcp = address {
            switch code {
            case EACCES, EPERM: return "choose a port from 1024 up"
            case EADDRNOTAVAIL: return "give an address of this machine, such as 127.0.0.1"
            case EAFNOSUPPORT:
                return "this address family is missing or not permitted; under systemd, add AF_INET and AF_INET6 to RestrictAddressFamilies"
            default: return "choose another address"
            }
        }
        switch code {
        case ENOENT, ENOTDIR: return "create its folder first, or choose another path"
        case EACCES, EPERM, EROFS: return "give this user write permission to its folder, or choose another path"
        case EWOULDBLOCK: return "another daemon of this user is stuck while it starts there; end it"
        default: return "choose another \(kind(of: address))"
        }
    }
}
