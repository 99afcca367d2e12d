import Glibc

/// The listening socket: bound to a path, which it removes again when it is closed.
struct FeedSocket: ~Copyable {
    let path: String
    let descriptor: Int32
    /// What `bind` made, so that closing removes nobody else's socket.
    private let device: dev_t
    private let inode: ino_t

    /// Bytes of a path that fit into the address, its closing zero aside.
    static let pathLimit = 107

    /// Binds and listens. A socket file that nobody serves is replaced; one that somebody serves is an error.
    /// - Parameter mode: permission bits of the socket file; who may write to it may subscribe.
    init(path: String, mode: mode_t) throws(FeedError) {
        let address = try Self.address(of: path)
        // Two daemons that start together take turns: the folder's lock is held from the look to the listening.
        let folder = Self.folder(of: path)
        let lock = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw .system(path: path, call: "open \(folder)", code: errno) }
        defer { close(lock) }
        while flock(lock, LOCK_EX) != 0 && errno == EINTR {}
        try Self.clearStale(path, address)

        let descriptor = Self.makeSocket()
        guard descriptor >= 0 else { throw .system(path: path, call: "socket", code: errno) }
        let bound = unsafe Self.withAddress(address) { unsafe bind(descriptor, $0, $1) }
        guard bound == 0 else {
            let code = errno
            close(descriptor)
            throw .system(path: path, call: "bind", code: code)
        }
        var facts = stat()
        guard unsafe chmod(path, mode) == 0, unsafe lstat(path, &facts) == 0, listen(descriptor, 128) == 0 else {
            let code = errno
            close(descriptor)
            unsafe unlink(path)
            throw .system(path: path, call: "listen", code: code)
        }
        self.path = path
        self.descriptor = descriptor
        device = facts.st_dev
        inode = facts.st_ino
    }

    /// Whether a daemon of this user could bind there, as far as can be told without binding; one that is served already
    /// counts as good.
    static func check(path: String) throws(FeedError) {
        _ = try address(of: path)
        let folder = Self.folder(of: path)
        guard unsafe access("\(folder)/.", W_OK | X_OK) == 0 else {
            throw .system(path: path, call: "open \(folder)", code: errno)
        }
        var facts = stat()
        if unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFSOCK { throw .notASocket(path: path) }
    }

    deinit {
        withdraw()
        close(descriptor)
    }

    /// Removes the socket file, unless it is no longer ours; who connects now finds nobody.
    func withdraw() {
        var facts = stat()
        if unsafe lstat(path, &facts) == 0, facts.st_dev == device, facts.st_ino == inode { unsafe unlink(path) }
    }

    /// Removes a socket that nobody serves; anything else in the way is an error.
    private static func clearStale(_ path: String, _ address: sockaddr_un) throws(FeedError) {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else {
            if errno == ENOENT { return }
            throw .system(path: path, call: "stat", code: errno)
        }
        guard facts.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = Self.makeSocket()
        guard probe >= 0 else { throw .system(path: path, call: "socket", code: errno) }
        defer { close(probe) }
        let answer = unsafe withAddress(address) { unsafe connect(probe, $0, $1) }
        // A full queue of a living listener answers EAGAIN.
        guard answer != 0, errno != EAGAIN else { throw .inUse(path: path) }
        guard errno == ECONNREFUSED else { throw .system(path: path, call: "connect", code: errno) }
        guard unsafe unlink(path) == 0 else { throw .system(path: path, call: "unlink", code: errno) }
    }

    private static func makeSocket() -> Int32 {
        let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        return socket(AF_UNIX, Int32(kind), 0)
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func address(of path: String) throws(FeedError) -> sockaddr_un {
        guard !path.isEmpty else { throw .emptyPath }
        let bytes = Array(path.utf8)
        guard bytes.count <= pathLimit else {
            throw .pathTooLong(path: path, bytes: bytes.count, limit: pathLimit)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (i, byte) in bytes.enumerated() { unsafe room[i] = byte }
        }
        return address
    }

    static func withAddress(
        _ address: sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
