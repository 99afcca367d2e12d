import Files
import Glibc

/// Serialises daemons of one user that start at the same path: a private file beside it, removed once the first daemon listens.
///
/// Other users cannot prevent a start: a lock that does not belong to this user is ignored.
struct SocketLock {
    private let descriptor: Int32
    private let path: String

    static func path(for socket: String) -> String { "\(socket).lock" }

    /// - Parameter tries: attempts to get a lock that another daemon holds, 0.1 s apart.
    /// - Returns: nil if no lock can be made.
    static func take(for socket: String, tries: Int) throws(FeedError) -> SocketLock? {
        let path = path(for: socket)
        for attempt in 0..<tries {
            if attempt > 0 { usleep(100_000) }
            let descriptor = unsafe open(path.systemPath, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return nil }
            guard isOwn(descriptor) else {
                close(descriptor)
                return nil
            }
            // The holder removes the file when it releases the lock, so the next attempt creates another.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, isThere(path, descriptor) {
                return SocketLock(descriptor: descriptor, path: path)
            }
            close(descriptor)
        }
        throw .system(.path(socket), call: "lock \(path)", code: EWOULDBLOCK)
    }

    func release() {
        if Self.isThere(path, descriptor) { unsafe unlink(path.systemPath) }
        close(descriptor)
    }

    /// Whether the file belongs to this user.
    private static func isOwn(_ descriptor: Int32) -> Bool {
        var facts = stat()
        return unsafe fstat(descriptor, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG && facts.st_uid == geteuid()
    }

    private static func isThere(_ path: String, _ descriptor: Int32) -> Bool {
        var (named, held) = (stat(), stat())
        return unsafe lstat(path.systemPath, &named) == 0 && fstat(descriptor, &held) == 0
            && named.st_dev == held.st_dev && named.st_ino == held.st_ino
    }
}
