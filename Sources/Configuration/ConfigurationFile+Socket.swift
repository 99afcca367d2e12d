import Options
import TrackFeed

extension ConfigurationFile {
    /// The section `[socket]`.
    static func socket(
        _ section: inout OptionTable, _ folder: String, _ faults: inout [ConfigurationFault]
    ) -> BearingConfiguration.Socket {
        var socket = BearingConfiguration.Socket()
        let place = section.parsed("path", "a path, \"@NAME\" or \"systemd\" (TCP has the key tcp)", &faults) {
            FeedAddress(local: $0)
        }
        let tcp = section.parsed("tcp", Self.tcpExpected, &faults) { text in
            FeedAddress(tcp: text).flatMap { $0.canBeServed ? $0 : nil }
        }
        if place != nil || tcp != nil {
            socket.addresses = [absolute(place, folder)] + (tcp.map { [$0] } ?? [])
        }
        read(&section, into: &socket.access, &faults)
        if case .abstract? = place {
            // It would look as if it kept somebody out.
            let wrong = faults.map(\.place)
            for key in ["mode", "owner", "group"] where section.has(key) && !wrong.contains(section.place(key)) {
                faults.append(
                    ConfigurationFault(
                        file: section.file, place: section.place(key), expected: "nothing beside an abstract socket", found: key,
                        advice: "such a socket has no permissions; take a path, or take this out"))
            }
        }
        if let count = section.integer("subscribers", in: 1...1_000_000, &faults) { socket.limits.subscribers = count }
        if let lines = section.integer("queue_lines", in: 1...10_000, &faults) { socket.limits.queuedLines = lines }
        if let seconds = section.number("stall_seconds", in: 1...3600, &faults) { socket.limits.stallSeconds = seconds }
        return socket
    }

    private static let tcpExpected =
        "\"PORT\" or \"ADDRESS:PORT\", a numeric address of this machine (IPv6 in brackets) and a port from 1 to 65535"

    private static func absolute(_ place: FeedAddress?, _ folder: String) -> FeedAddress {
        switch place {
        case .path(let path): .path(OptionFile.absolute(path, in: folder))
        case let other?: other
        case nil: .path(SocketPath.standard)
        }
    }

    private static func read(
        _ section: inout OptionTable, into access: inout FeedAccess, _ faults: inout [ConfigurationFault]
    ) {
        if let mode = section.parsed("mode", "permission bits as a string of octal digits, such as \"0660\"", &faults, {
            UInt32($0, radix: 8).flatMap { $0 <= 0o777 ? $0 : nil }
        }) {
            access.mode = mode
        }
        access.owner = section.textOrInteger("owner", "the name or number of a user of this machine", &faults) {
            Account.number(ofUser: $0)
        }
        access.group = section.textOrInteger("group", "the name or number of a group of this machine", &faults) {
            Account.number(ofGroup: $0)
        }
    }
}
