/// An address of the track feed.
public enum FeedAddress: Sendable, Hashable, CustomStringConvertible {
    /// A socket file.
    case path(String)
    /// A name in Linux' abstract namespace, without the @: no file, no permissions, removed when the last process closes it.
    case abstract(String)
    /// A numeric address without brackets; for clients also a host name.
    case tcp(host: String, port: UInt16)
    /// The sockets that systemd passes to this process (socket activation).
    case systemd

    public static let expected = "a path, @NAME, systemd, tcp:PORT or tcp:ADDRESS:PORT with a numeric address (IPv6 in brackets)"

    /// Parses the command line's form: `/run/bearing.sock`, `@bearing`, `tcp:7420`, `tcp:192.168.1.2:7420`, `tcp:[::1]:7420`,
    /// `systemd`.
    /// - Returns: nil for other text.
    public init?(_ text: String) {
        if text.hasPrefix("tcp:") {
            self.init(tcp: String(text.dropFirst(4)))
        } else {
            self.init(local: text)
        }
    }

    /// All kinds except TCP.
    public init?(local text: String) {
        // The kernel's paths end at a zero byte.
        guard !text.isEmpty, text != "@", !text.utf8.contains(0), !text.hasPrefix("tcp:") else { return nil }
        if text == "systemd" {
            self = .systemd
        } else if text.hasPrefix("@") {
            self = .abstract(String(text.dropFirst()))
        } else {
            self = .path(text)
        }
    }

    /// `PORT` on the loopback address, `HOST:PORT` or `[IPv6]:PORT`.
    public init?(tcp text: String) {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = UInt16(digits), port > 0
        else { return nil }
        guard let colon else {
            self = .tcp(host: Self.loopback, port: port)
            return
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.utf8.contains(0) else { return nil }
        self = .tcp(host: String(host), port: port)
    }

    private static let loopback = "127.0.0.1"

    /// Whether the address is local to this machine; sockets passed by systemd count as local.
    var isLocal: Bool {
        if case .tcp = self { false } else { true }
    }

    public var description: String {
        switch self {
        case .path(let path): path
        case .abstract(let name): "@\(name)"
        case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
        case .systemd: "systemd"
        }
    }
}
