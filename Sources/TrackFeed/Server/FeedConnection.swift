import Files
import Glibc

extension FeedAddress {
    /// Connects as a subscriber.
    /// - Parameter timeout: seconds to wait for an answer; nil waits for as long as the system does.
    /// - Returns: a blocking stream socket, which the caller closes.
    public func connect(timeout: Double? = nil) throws(FeedError) -> Int32 {
        let candidates: [SocketAddress] =
            switch self {
            case .path(let path): [try SocketAddress(path: path)]
            case .abstract(let name): [try SocketAddress(abstract: name)]
            case .tcp(let host, let port): SocketAddress.resolve(host: host, port: port, numeric: false)
            case .systemd: []
            }
        var code = EADDRNOTAVAIL
        for candidate in candidates {
            let descriptor = candidate.makeSocket(blocking: true)
            if let timeout {
                var limit = timeval(tv_sec: Int(timeout), tv_usec: Int((timeout - timeout.rounded(.down)) * 1e6))
                unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
            if descriptor >= 0, unsafe candidate.call({ unsafe Glibc.connect(descriptor, $0, $1) }) == 0 { return descriptor }
            code = errno
            if descriptor >= 0 { close(descriptor) }
        }
        throw .system(self, call: "connect", code: code)
    }

    /// Connects to the default address. In a folder that others may write to, such as /tmp, anyone may have put a socket at
    /// that path. Only this user, root and the folder's owner are trusted.
    /// - Throws: also `untrusted`.
    public func connectByDefault(timeout: Double? = nil) throws(FeedError) -> Int32 {
        let descriptor = try connect(timeout: timeout)
        guard case .path(let path) = self, let user = Peer.user(of: descriptor) else { return descriptor }
        var facts = stat()
        let hasOwner = unsafe stat(SocketFile.folder(of: path).systemPath, &facts) == 0
        if Peer.isTrusted(user, folderOwner: hasOwner ? facts.st_uid : nil) { return descriptor }
        close(descriptor)
        throw .untrusted(self, user: user)
    }
}
