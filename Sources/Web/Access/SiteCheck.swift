import Glibc
import HTTP

/// Checks that a request is meant for this server: protects from pages of other sites and from foreign names that resolve to
/// this address (DNS rebinding).
struct SiteCheck: Sendable {
    enum Verdict: Hashable {
        case admitted
        /// No `Host`, or a name of another machine.
        case foreignHost
        /// The request comes from a page of another site.
        case foreignOrigin
    }

    private let names: Set<String>

    /// - Parameter names: host names besides localhost and this machine's.
    init(names: [String], machine: String? = Self.machine) {
        let own = machine.map { [$0, "\($0).local"] } ?? []
        self.names = Set((names + own + ["localhost"]).map { $0.lowercased() })
    }

    func verdict(_ headers: HTTPHeaders) -> Verdict {
        guard let host = headers["Host"]?.lowercased(), isOurs(Self.name(of: host)) else { return .foreignHost }
        guard let origin = headers["Origin"]?.lowercased() else { return .admitted }
        for (scheme, port) in [("http://", ":80"), ("https://", ":443")] where origin.hasPrefix(scheme) {
            let authority = origin.dropFirst(scheme.count)
            if authority == host || authority + port == host || authority == host + port { return .admitted }
        }
        return .foreignOrigin
    }

    /// A name can be made to resolve elsewhere, an address cannot.
    private func isOurs(_ name: String) -> Bool { names.contains(name) || Self.isAddress(name) }

    /// Without the port.
    private static func name(of host: String) -> String {
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[host.index(after: host.startIndex)..<end]) }
        return String(host.prefix { $0 != ":" })
    }

    private static func isAddress(_ name: String) -> Bool {
        guard !name.utf8.contains(0) else { return false }
        var bytes = [UInt8](repeating: 0, count: 16)
        return [AF_INET, AF_INET6].contains { family in
            unsafe bytes.withUnsafeMutableBytes { unsafe inet_pton(family, name, $0.baseAddress!) } == 1
        }
    }

    private static var machine: String? {
        var room = [CChar](repeating: 0, count: 256)
        let count = room.count
        guard unsafe gethostname(&room, count - 1) == 0 else { return nil }
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
