import Options
import TrackFeed

extension OptionKey {
    /// The daemon's socket, a key of the processes that subscribe to it.
    static func daemonSocket(_ path: WritableKeyPath<Configuration, FeedAddress?>) -> OptionKey {
        OptionKey(
            name: "socket",
            explanation: """
                The daemon's socket: a path, "@NAME" or "tcp:HOST:PORT". Default: where `bearing run` of the same user makes it, else
                \(SocketPath.service).
                """,
            domain: "address", example: .text(SocketPath.service),
            value: { $0[keyPath: path].map { .text($0.description) } },
            read: { section, folder, draft in
                let found = section.parsed("socket", "a path, \"@NAME\" or \"tcp:HOST:PORT\"", &draft.faults) { text -> FeedAddress? in
                    guard let address = FeedAddress(text), address != .systemd else { return nil }
                    guard case .path(let path) = address, !folder.isEmpty else { return address }
                    return .path(OptionFile.absolute(path, in: folder))
                }
                if let found { draft.configuration[keyPath: path] = found }
            })
    }
}
