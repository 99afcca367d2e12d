import Glibc

/// The file of a bound socket, and how it is made in place of one that a dead daemon has left.
struct SocketFile {
    let path: String
    /// What `bind` made, so that nobody else's socket is removed.
    private let device: dev_t
    private let inode: ino_t

    /// Binds and listens. A file that nobody serves is replaced; one that somebody serves is an error.
    /// - Parameter lockTries: how often the folder's lock is tried, a tenth of a second apart: whoever may read the folder can
    ///   hold it, and not for ever.
    /// - Returns: the file, and the descriptor that listens.
    static func listen(
        path: String, access: FeedAccess, backlog: Int32, lockTries: Int = 30
    ) throws(FeedError) -> (SocketFile, Int32) {
        let address = try SocketAddress(path: path)
        // Two daemons that start together take turns: the folder's lock is held from the look to the listening.
        let lock = try locked(folder(of: path), for: path, lockTries)
        defer { close(lock) }
        try clearStale(path, address)
        let descriptor = address.makeSocket()
        guard descriptor >= 0 else { throw .system(.path(path), call: "socket", code: errno) }
        guard unsafe address.call({ unsafe bind(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(.path(path), call: "bind", code: code)
        }
        do throws(FeedError) {
            try access.apply(to: path)
            var facts = stat()
            guard unsafe lstat(path, &facts) == 0, Glibc.listen(descriptor, backlog) == 0 else {
                throw FeedError.system(.path(path), call: "listen", code: errno)
            }
            return (SocketFile(path: path, device: facts.st_dev, inode: facts.st_ino), descriptor)
        } catch {
            close(descriptor)
            unsafe unlink(path)
            throw error
        }
    }

    /// Removes the file, unless it is no longer ours; who connects now finds nobody.
    func remove() {
        var facts = stat()
        if unsafe lstat(path, &facts) == 0, facts.st_dev == device, facts.st_ino == inode { unsafe unlink(path) }
    }

    /// Whether a daemon of this user could bind there, as far as can be told without binding; one that is served already
    /// counts as good.
    static func check(path: String, access: FeedAccess) throws(FeedError) {
        _ = try SocketAddress(path: path)
        let folder = folder(of: path)
        guard unsafe Glibc.access("\(folder)/.", W_OK | X_OK) == 0 else {
            throw .system(.path(path), call: "open \(folder)", code: errno)
        }
        var facts = stat()
        if unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT != S_IFSOCK { throw .notASocket(path: path) }
        try access.check(path: path, user: geteuid(), groups: FeedAccess.ownGroups())
    }

    private static func locked(_ folder: String, for path: String, _ tries: Int) throws(FeedError) -> Int32 {
        let lock = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0 else { throw .system(.path(path), call: "open \(folder)", code: errno) }
        for _ in 0..<tries {
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { return lock }
            guard errno == EWOULDBLOCK || errno == EINTR else { break }
            usleep(100_000)
        }
        let code = errno
        close(lock)
        throw .system(.path(path), call: "lock \(folder)", code: code)
    }

    /// Removes a socket that nobody serves; anything else in the way is an error.
    private static func clearStale(_ path: String, _ address: SocketAddress) throws(FeedError) {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else {
            if errno == ENOENT { return }
            throw .system(.path(path), call: "stat", code: errno)
        }
        guard facts.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = address.makeSocket()
        guard probe >= 0 else { throw .system(.path(path), call: "socket", code: errno) }
        defer { close(probe) }
        let answer = unsafe address.call { unsafe connect(probe, $0, $1) }
        // A full queue of a living listener answers EAGAIN.
        guard answer != 0, errno != EAGAIN else { throw .inUse(.path(path)) }
        guard errno == ECONNREFUSED else { throw .system(.path(path), call: "connect", code: errno) }
        guard unsafe unlink(path) == 0 else { throw .system(.path(path), call: "unlink", code: errno) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
