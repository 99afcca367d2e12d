import CRealtime
import Glibc

/// The file of a bound socket, and how it is made in place of one that a dead daemon has left.
struct SocketFile {
    /// What lies at the path.
    enum Place {
        case own
        case nothing
        /// Something else, another daemon's socket for one.
        case other
    }

    let path: String
    /// What `bind` made, so that nobody else's socket is removed.
    private let device: dev_t
    private let inode: ino_t

    /// Binds and listens. A file that nobody serves is replaced; one that somebody serves is an error.
    /// - Parameter lockTries: how often the lock of another daemon that starts here is tried, a tenth of a second apart.
    /// - Returns: the file, and the descriptor that listens.
    static func listen(
        path: String, access: FeedAccess, backlog: Int32, lockTries: Int = 30
    ) throws(FeedError) -> (SocketFile, Int32) {
        let address = try SocketAddress(path: path)
        let lock = try SocketLock.take(for: path, tries: lockTries)
        defer { lock?.release() }
        try clearStale(path, address)
        let descriptor = address.makeSocket()
        guard descriptor >= 0 else { throw .system(.path(path), call: "socket", code: errno) }
        // The file is made with the socket's own mode, less the umask: at no time more open than it shall be.
        guard fchmod(descriptor, mode_t(access.mode)) == 0, unsafe address.call({ unsafe bind(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(.path(path), call: "bind", code: code)
        }
        do throws(FeedError) {
            let file = try SocketFile(bound: path, access: access)
            guard Glibc.listen(descriptor, backlog) == 0 else {
                let code = errno
                file.remove()
                throw FeedError.system(.path(path), call: "listen", code: code)
            }
            return (file, descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Gives the file that was just bound its rights; nobody can connect before there is a `listen`. One that cannot get them
    /// is removed.
    init(bound path: String, access: FeedAccess) throws(FeedError) {
        // A handle on the file itself, whoever else may write to its folder and put something else in its place.
        let handle = unsafe bearing_file_handle(path)
        guard handle >= 0 else { throw .system(.path(path), call: "open", code: errno) }
        defer { close(handle) }
        var facts = stat()
        guard unsafe fstat(handle, &facts) == 0 else { throw .system(.path(path), call: "stat", code: errno) }
        (self.path, device, inode) = (path, facts.st_dev, facts.st_ino)
        do throws(FeedError) {
            try access.apply(to: handle, path: path)
        } catch {
            if facts.st_mode & S_IFMT == S_IFSOCK { remove() }
            throw error
        }
    }

    /// What lies there now.
    var place: Place {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0 else { return errno == ENOENT || errno == ENOTDIR ? .nothing : .other }
        return facts.st_dev == device && facts.st_ino == inode ? .own : .other
    }

    /// Removes the file, unless it is no longer ours; who connects now finds nobody.
    func remove() { if place == .own { unsafe unlink(path) } }

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

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
