extension FeedAddress {
    /// Whether a daemon can listen there, judging by the text; host names are for clients only.
    public var canBeServed: Bool {
        guard case .tcp(let host, let port) = self else { return true }
        return !SocketAddress.resolve(host: host, port: port, numeric: true).isEmpty
    }
}
