import CRealtime
import Files
import Glibc

/// The file of a bound socket; it replaces the file of a daemon that has ended.
struct SocketFile {
    /// The present file at the path.
    enum Place {
        case own
        case nothing
        /// Another file, such as another daemon's socket.
        case other
    }

    let path: String
    /// Identity of the file that `bind` made, so that no other file is removed.
    private let device: dev_t
    private let inode: ino_t

    /// Binds and listens. A file that no process serves is replaced; one that is served is an error.
    /// - Parameter lockTries: attempts to get the lock from another daemon that starts there, 0.1 s apart.
    /// - Returns: the file, and the listening descriptor.
    static func listen(
        path: String, access: FeedAccess, backlog: Int32, lockTries: Int = 30
    ) throws(FeedError) -> (SocketFile, Int32) {
        let address = try SocketAddress(path: path)
        let lock = try SocketLock.take(for: path, tries: lockTries)
        defer { lock?.release() }
        try clearStale(path, address)
        let descriptor = address.makeSocket()
        guard descriptor >= 0 else { throw .system(.path(path), call: "socket", code: errno) }
        // The file gets the socket's mode less the umask, so that it is never more permissive than configured.
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

    /// Sets owner, group and mode of the newly bound file. No client can connect before `listen`. If that fails, the file is
    /// removed.
    init(bound path: String, access: FeedAccess) throws(FeedError) {
        // A handle on the file itself, since others may write to its folder and replace the file.
        let handle = unsafe bearing_file_handle(path.systemPath)
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

    /// Examines the present file at the path.
    var place: Place {
        var facts = stat()
        guard unsafe lstat(path.systemPath, &facts) == 0 else { return errno == ENOENT || errno == ENOTDIR ? .nothing : .other }
        return facts.st_dev == device && facts.st_ino == inode ? .own : .other
    }

    /// Removes the file, unless it was replaced by another; new clients then find no daemon.
    func remove() { if place == .own { unsafe unlink(path.systemPath) } }

    /// Whether a daemon of this user could bind there, as far as is known without binding; a path that is already served is
    /// accepted.
    static func check(path: String, access: FeedAccess) throws(FeedError) {
        _ = try SocketAddress(path: path)
        let folder = folder(of: path)
        guard unsafe Glibc.access("\(folder)/.".systemPath, W_OK | X_OK) == 0 else {
            throw .system(.path(path), call: "open \(folder)", code: errno)
        }
        var facts = stat()
        if unsafe lstat(path.systemPath, &facts) == 0, facts.st_mode & S_IFMT != S_IFSOCK { throw .notASocket(path: path) }
        try access.check(path: path, user: geteuid(), groups: FeedAccess.ownGroups())
    }

    /// Removes a socket that no process serves; any other file is an error.
    private static func clearStale(_ path: String, _ address: SocketAddress) throws(FeedError) {
        var facts = stat()
        guard unsafe lstat(path.systemPath, &facts) == 0 else {
            if errno == ENOENT { return }
            throw .system(.path(path), call: "stat", code: errno)
        }
        guard facts.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
        let probe = address.makeSocket()
        guard probe >= 0 else { throw .system(.path(path), call: "socket", code: errno) }
        defer { close(probe) }
        let answer = unsafe address.call { unsafe connect(probe, $0, $1) }
        // A listener whose queue is full answers EAGAIN.
        guard answer != 0, errno != EAGAIN else { throw .inUse(.path(path)) }
        guard errno == ECONNREFUSED else { throw .system(.path(path), call: "connect", code: errno) }
        guard unsafe unlink(path.systemPath) == 0 else { throw .system(.path(path), call: "unlink", code: errno) }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
