import CRealtime
import Glibc

/// Who may subscribe through a socket file: whoever may write to it.
public struct FeedAccess: Sendable, Hashable {
    /// Permission bits.
    public var mode: UInt32 = 0o660
    /// Who gets the file, by number; nil: who runs the daemon.
    public var owner: UInt32?
    public var group: UInt32?

    public init() {}

    /// Gives a socket's file that was just bound its rights; nobody can connect before there is a `listen`.
    /// - Parameter handle: of the file itself (O_PATH): what its name leads to by now does not matter.
    func apply(to handle: Int32, path: String) throws(FeedError) {
        var facts = stat()
        guard unsafe fstat(handle, &facts) == 0 else { throw .system(.path(path), call: "stat", code: errno) }
        // Only what this process has bound, whoever else may write to its folder.
        guard facts.st_mode & S_IFMT == S_IFSOCK, facts.st_uid == geteuid() else {
            throw .system(.path(path), call: "chmod", code: EEXIST)
        }
        // A handle of this kind takes no fchmod. The file is this user's own still, so its mode comes before its owner.
        if facts.st_mode & 0o7777 != mode, unsafe chmod("/proc/self/fd/\(handle)", mode_t(mode)) != 0 {
            throw .system(.path(path), call: "chmod", code: errno)
        }
        // One after the other, so that a refusal names the one that is not permitted.
        if let group, bearing_give_file(handle, .max, group) != 0 {
            throw .cannotGive(path: path, to: "group \(group)", code: errno)
        }
        if let owner, bearing_give_file(handle, owner, .max) != 0 {
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
