import Glibc

/// The address of `bearing web`: a numeric address of this machine and a port.
public struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    /// Without brackets.
    public let host: String
    /// 0: a free one.
    public let port: UInt16
    public let isIPv6: Bool

    public static let standard = WebAddress(host: "127.0.0.1", port: 7421, isIPv6: false)
    public static let expected =
        "PORT or ADDRESS:PORT with a numeric address (IPv6 in brackets) and a port from 0 to 65535 (0: a free one)"

    public init(host: String, port: UInt16, isIPv6: Bool) {
        self.host = host
        self.port = port
        self.isIPv6 = isIPv6
    }

    /// `7421`, `127.0.0.1:7421`, `0.0.0.0:7421` or `[::]:7421`; nil for other text.
    public init?(_ text: String) {
        let colon = text.lastIndex(of: ":")
        let digits = colon.map { text[text.index(after: $0)...] } ?? text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = UInt16(digits)
        else { return nil }
        guard let colon else {
            self.init(host: Self.standard.host, port: port, isIPv6: false)
            return
        }
        let host = text[..<colon]
        let isIPv6 = host.hasPrefix("[") && host.hasSuffix("]")
        let address = String(isIPv6 ? host.dropFirst().dropLast() : host)
        guard Self.bytes(of: address, isIPv6: isIPv6) != nil else { return nil }
        self.init(host: address, port: port, isIPv6: isIPv6)
    }

    /// Whether only this machine can reach it.
    public var isLoopback: Bool {
        let bytes = Self.bytes(of: host, isIPv6: isIPv6) ?? []
        return isIPv6 ? bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1 : bytes.first == 127
    }

    public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The address in network order; nil for an invalid one.
    static func bytes(of host: String, isIPv6: Bool) -> [UInt8]? {
        guard !host.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        let found = unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, host, $0.baseAddress!) }
        return found == 1 ? bytes : nil
    }
}
