import Glibc

/// Operations on folders and their contents.
public enum Folder {
    /// Creates a folder and its missing parents; an existing folder is accepted.
    /// - Throws: `FileError.unwritableFolder`: missing permission, a file in its place or above it, a full disk.
    public static func make(_ path: String) throws(FileError) {
        if isFolder(path) { return }
        var prefix = path.hasPrefix("/") ? "/" : ""
        for (index, part) in PathName.parts(path).enumerated() {
            prefix += (index == 0 ? "" : "/") + part
            guard unsafe mkdir(prefix.systemPath, 0o777) != 0 else { continue }
            let code = errno
            // Another process may create it at the same time; an existing one may be a link to a folder, or on a read-only
            // disk.
            if isFolder(prefix) { continue }
            let reason = code == EEXIST || code == ENOTDIR ? "\(prefix) is not a folder" : FileError.text(of: code)
            throw .unwritableFolder(path: path, reason: reason)
        }
        guard isFolder(path) else { throw .unwritableFolder(path: path, reason: FileError.text(of: ENOENT)) }
    }

    /// Creates a folder if it is missing, and checks that this user may write to it.
    /// - Throws: `FileError.unwritableFolder`.
    public static func makeWritable(_ path: String) throws(FileError) {
        try make(path)
        guard unsafe access(path.systemPath, W_OK | X_OK) == 0 else {
            throw .unwritableFolder(path: path, reason: FileError.text(of: errno))
        }
    }

    /// Names of the entries of a folder in ascending byte order, including hidden ones.
    /// - Throws: `FileError.unreadableFolder`.
    public static func names(in path: String) throws(FileError) -> [String] {
        guard let folder = unsafe opendir(path.systemPath) else {
            let reason = errno == ENOENT ? "nothing there" : errno == ENOTDIR ? "not a folder" : FileError.text(of: errno)
            throw .unreadableFolder(path: path, reason: reason)
        }
        defer { unsafe closedir(folder) }
        var names: [[UInt8]] = []
        while true {
            errno = 0
            guard let entry = unsafe readdir(folder) else {
                if errno != 0 { throw .unreadableFolder(path: path, reason: FileError.text(of: errno)) }
                break
            }
            let start = unsafe UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
            let length = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
            let name = unsafe Array(UnsafeRawBufferPointer(start: start, count: length))
            if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(systemBytes: $0) }
    }

    /// Whether a folder, or a link to one, exists.
    public static func isFolder(_ path: String) -> Bool { kind(path) == S_IFDIR }

    /// Whether a socket file exists.
    public static func isSocket(_ path: String) -> Bool { kind(path) == S_IFSOCK }

    /// Whether the path exists; a link exists if its target does.
    public static func has(_ path: String) -> Bool { kind(path) != nil }

    /// Removes a file, or a folder with its contents; what cannot be removed stays. Links are removed, not followed.
    public static func remove(_ path: String) {
        var facts = stat()
        guard unsafe lstat(path.systemPath, &facts) == 0 else { return }
        guard facts.st_mode & S_IFMT == S_IFDIR else {
            _ = unsafe unlink(path.systemPath)
            return
        }
        for name in (try? names(in: path)) ?? [] { remove("\(path)/\(name)") }
        _ = unsafe rmdir(path.systemPath)
    }

    /// The absolute path without links of an existing path; nil if it does not exist.
    public static func real(_ path: String) -> String? {
        guard let real = unsafe realpath(path.systemPath, nil) else { return nil }
        defer { unsafe free(real) }
        return unsafe String(systemPath: real)
    }

    /// An absolute path. A relative path starts from `folder`; a relative `folder` starts from the working directory. Parts "."
    /// are removed, and ".." removes its predecessor.
    public static func absolute(_ path: String, in folder: String = "") -> String {
        var whole = path
        if whole.utf8.first != PathName.slash, !folder.isEmpty { whole = "\(folder)/\(whole)" }
        if whole.utf8.first != PathName.slash { whole = "\(current)/\(whole)" }
        var kept: [String] = []
        for part in PathName.parts(whole) where part != "." {
            if part == ".." { _ = kept.popLast() } else { kept.append(part) }
        }
        return "/" + kept.joined(separator: "/")
    }

    /// The working directory.
    public static var current: String {
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe String(systemPath: path)
    }

    /// The system's folder for temporary files: $TMPDIR, else /tmp.
    public static var temporary: String {
        guard let path = unsafe getenv("TMPDIR"), unsafe path.pointee != 0 else { return "/tmp" }
        return unsafe String(systemPath: path)
    }

    /// `S_IFDIR`, `S_IFREG` and so on; nil if the path does not exist.
    /// - Parameter ofLink: whether to examine a link itself instead of its target.
    static func kind(_ path: String, ofLink: Bool = false) -> mode_t? {
        var facts = stat()
        let code = ofLink ? unsafe lstat(path.systemPath, &facts) : unsafe stat(path.systemPath, &facts)
        return code == 0 ? facts.st_mode & S_IFMT : nil
    }
}
