import CRealtime
import Glibc

/// Access to a socket file: everyone who may write to the file may subscribe.
public struct FeedAccess: Sendable, Hashable {
    /// Permission bits.
    public var mode: UInt32 = 0o660
    /// Owner and group of the file, by number; nil: those of the daemon's process.
    public var owner: UInt32?
    public var group: UInt32?

    public init() {}

    /// Sets owner, group and mode of a newly bound socket file. No client can connect before `listen`.
    /// - Parameter handle: a handle on the file itself (O_PATH), since its name may meanwhile lead elsewhere.
    func apply(to handle: Int32, path: String) throws(FeedError) {
        var facts = stat()
        guard unsafe fstat(handle, &facts) == 0 else { throw .system(.path(path), call: "stat", code: errno) }
        // Only a file that this process has bound, since others may write to its folder too.
        guard facts.st_mode & S_IFMT == S_IFSOCK, facts.st_uid == geteuid() else {
            throw .system(.path(path), call: "chmod", code: EEXIST)
        }
        // fchmod does not work on such a handle. The mode is set first, while the file still belongs to this user.
        if facts.st_mode & 0o7777 != mode, unsafe chmod("/proc/self/fd/\(handle)", mode_t(mode)) != 0 {
            throw .system(.path(path), call: "chmod", code: errno)
        }
        // Separately, so that an error names the one that is not permitted.
        if let group, bearing_give_file(handle, .max, group) != 0 {
            throw .cannotGive(path: path, to: "group \(group)", code: errno)
        }
        if let owner, bearing_give_file(handle, owner, .max) != 0 {
            throw .cannotGive(path: path, to: "owner \(owner)", code: errno)
        }
    }

    /// Whether a process may set this owner and group, as far as is known without trying.
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
