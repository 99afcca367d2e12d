extension FeedAddress {
    /// Whether a daemon can listen there as far as the text tells: names of hosts are for those who connect.
    public var canBeServed: Bool {
        guard case .tcp(let host, let port) = self else { return true }
        return !SocketAddress.resolve(host: host, port: port, numeric: true).isEmpty
    }
}
