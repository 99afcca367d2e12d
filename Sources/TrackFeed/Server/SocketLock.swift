import Glibc

/// Lets two daemons of a user that start together take turns at a path: a file beside it that nobody else may open, gone again
/// once the first listens.
///
/// What others can do there keeps no daemon from its start: a lock that is not this user's is passed over, as it stands for no
/// daemon of this user.
struct SocketLock {
    private let descriptor: Int32
    private let path: String

    static func path(for socket: String) -> String { "\(socket).lock" }

    /// - Parameter tries: how often one that another daemon holds is tried, a tenth of a second apart.
    /// - Returns: nil where there is no lock to be had.
    static func take(for socket: String, tries: Int) throws(FeedError) -> SocketLock? {
        let path = path(for: socket)
        for attempt in 0..<tries {
            if attempt > 0 { usleep(100_000) }
            let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return nil }
            guard isOwn(descriptor) else {
                close(descriptor)
                return nil
            }
            // Who held it has removed it by the time that this one gets it: the next try makes another.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isThere(path, descriptor) {
                return SocketLock(descriptor: descriptor, path: path)
            }
            close(descriptor)
        }
        throw .system(.path(socket), call: "lock \(path)", code: EWOULDBLOCK)
    }

    func release() {
        if Self.isThere(path, descriptor) { unsafe unlink(path) }
        close(descriptor)
    }

    /// A file that this user made.
    private static func isOwn(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && facts.st_uid == geteuid()
    }

    private static func isThere(_ path: String, _ descriptor: Int32) -> Bool {
        var (named, held) = (stat(), stat())
        return unsafe lstat(path, &named) == 0 && fstat(descriptor, &held) == 0
            && named.st_dev == held.st_dev && named.st_ino == held.st_ino
    }
}
