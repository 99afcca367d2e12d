import Glibc

/// Who may subscribe through a socket file: whoever may write to it.
public struct FeedAccess: Sendable, Hashable {
    /// Permission bits.
    public var mode: UInt32 = 0o660
    /// Who gets the file, by number; nil: who runs the daemon.
    public var owner: UInt32?
    public var group: UInt32?

    public init() {}

    /// Gives a file that was just bound its rights; nobody can connect before there is a `listen`.
    func apply(to path: String) throws(FeedError) {
        let code = { () -> Int32 in
            // Only what is still the socket, whoever else may write to its folder.
            var facts = stat()
            guard unsafe lstat(path, &facts) == 0 else { return errno }
            guard facts.st_mode & S_IFMT == S_IFSOCK else { return EEXIST }
            return unsafe chmod(path, mode_t(mode)) == 0 ? 0 : errno
        }()
        guard code == 0 else { throw .system(.path(path), call: "chmod", code: code) }
        // One after the other, so that a refusal names the one that is not permitted.
        if let group, unsafe lchown(path, uid_t.max, group) != 0 {
            throw .cannotGive(path: path, to: "group \(group)", code: errno)
        }
        if let owner, unsafe lchown(path, owner, gid_t.max) != 0 {
            throw .cannotGive(path: path, to: "owner \(owner)", code: errno)
        }
    }

    /// Whether a process may give files away so, as far as can be told without trying.
    func check(path: String, user: UInt32, groups: [UInt32]) throws(FeedError) {
        guard user != 0 else { return }
        if let owner, owner != user { throw .cannotGive(path: path, to: "owner \(owner)", code: EPERM) }
        if let group, !groups.contains(group) { throw .cannotGive(path: path, to: "group \(group)", code: EPERM) }
    }

    /// The groups of this process.
    static func ownGroups() -> [UInt32] {
        let count = getgroups(0, nil)
        guard count > 0 else { return [getegid()] }
        var groups = [gid_t](repeating: 0, count: Int(count))
        let filled = unsafe getgroups(count, &groups)
        return [getegid()] + groups.prefix(max(0, Int(filled)))
    }
}
