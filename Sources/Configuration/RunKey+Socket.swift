import Options
import TrackFeed

extension RunKey {
    /// The keys of `[socket]`.
    static var socket: [RunKey] {
        [
            RunKey(
                name: "path",
                explanation: """
                    Address for subscribers: a path; "@NAME", an abstract socket (no file, no permissions: every user of the machine
                    may subscribe); or "systemd", which needs a socket of a .socket unit. Default: $RUNTIME_DIRECTORY/bearing.sock under
                    systemd, else $XDG_RUNTIME_DIR/bearing.sock, else /tmp/bearing-UID.sock. Sockets passed by systemd replace either.
                    """,
                domain: "path, \"@NAME\" or \"systemd\"", example: .text(SocketPath.service), value: { $0.socket.local },
                read: { section, folder, draft in
                    draft.place = section.parsed("path", "a path, \"@NAME\" or \"systemd\" (TCP has the key tcp)", &draft.faults) {
                        guard case .path(let path)? = FeedAddress(local: $0) else { return FeedAddress(local: $0) }
                        return .path(OptionFile.absolute(path, in: folder))
                    }
                }),
            RunKey(
                name: "mode",
                explanation: "Permission bits of the socket: every user who may write to it may subscribe.",
                domain: "octal digits as text", value: { .text(octal($0.socket.access.mode)) },
                read: { section, _, draft in
                    let mode = section.parsed("mode", "permission bits as a string of octal digits, such as \"0660\"", &draft.faults) {
                        UInt32($0, radix: 8).flatMap { $0 <= 0o777 ? $0 : nil }
                    }
                    if let mode { draft.configuration.socket.access.mode = mode }
                }),
            account(
                "owner", \.owner, "user", Account.number(ofUser:),
                """
                Owner of the socket file. Default: the daemon's own user. Another one requires root (CAP_CHOWN).
                """),
            account(
                "group", \.group, "group", Account.number(ofGroup:),
                """
                Group of the socket file. Default: the daemon's own group. Another one must be a group of the daemon's user.
                """),
            RunKey(
                name: "tcp",
                explanation: """
                    TCP address in addition. "PORT" serves this machine only; "ADDRESS:PORT" a numeric address of it, IPv6 in brackets,
                    "0.0.0.0:PORT" or "[::]:PORT" all. There is no authentication: beyond 127.0.0.1 every host that reaches it may subscribe.
                    Default: no TCP.
                    """,
                domain: "\"PORT\" or \"ADDRESS:PORT\"", example: .text("127.0.0.1:7420"), value: { $0.socket.tcp },
                read: { section, _, draft in
                    draft.tcp = section.parsed("tcp", tcpExpected, &draft.faults) { text in
                        FeedAddress(tcp: text).flatMap { $0.canBeServed ? $0 : nil }
                    }
                }),
            .integer(
                "subscribers", 1...1_000_000, \.socket.limits.subscribers,
                """
                Maximum number of subscribers, of which one user may have three quarters; more are refused.
                """),
            .integer(
                "queue_lines", 1...10_000, \.socket.limits.queuedLines,
                """
                Lines queued for a slow subscriber; when the queue is full, the oldest line is dropped. 10 lines are one second.
                """),
            .number(
                "stall_seconds", 1...3600, \.socket.limits.stallSeconds,
                """
                Seconds without reading after which a subscriber is disconnected.
                """),
        ]
    }

    private static let tcpExpected =
        "\"PORT\" or \"ADDRESS:PORT\", a numeric address of this machine (IPv6 in brackets) and a port from 1 to 65535"

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func account(
        _ name: String, _ path: WritableKeyPath<FeedAccess, UInt32?>, _ kind: String,
        _ number: @escaping (String) -> UInt32?, _ explanation: String
    ) -> RunKey {
        RunKey(
            name: name, explanation: explanation, domain: "name or number of a \(kind)", example: .text("root"),
            value: { $0.socket.access[keyPath: path].map { .integer(Int($0)) } },
            read: { section, _, draft in
                let found = section.textOrInteger(
                    name, "the name or number of a \(kind) of this machine", &draft.faults, number)
                if let found { draft.configuration.socket.access[keyPath: path] = found }
            })
    }
}

extension BearingConfiguration.Socket {
    /// The value of `path`: the first address that is not TCP, if it is not the default.
    fileprivate var local: OptionValue? {
        addresses?.lazy.compactMap { address -> OptionValue? in
            switch address {
            case .tcp: nil
            case .path(let path): path == SocketPath.standard ? nil : .text(OptionFile.absolute(path, in: "."))
            case .abstract, .systemd: .text(address.description)
            }
        }.first
    }

    /// The value of `tcp`: the first address of that kind.
    fileprivate var tcp: OptionValue? {
        addresses?.lazy.compactMap { address -> OptionValue? in
            guard case .tcp = address else { return nil }
            return .text(String(address.description.dropFirst("tcp:".count)))
        }.first
    }
}
