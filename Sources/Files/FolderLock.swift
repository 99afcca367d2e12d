import Glibc

/// Errors of locking a folder for writing.
public enum FolderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// - process: nil if the system does not report it.
    case inUse(path: String, process: Int32?)
    case file(FileError)

    public var description: String {
        switch self {
        case .inUse(let path, let process):
            "\(path): expected a folder that no other process writes to, found it in use\(process.map { " by process \($0)" } ?? ""): "
                + "wait until that process ends, or choose another --out"
        case .file(let error): error.description
        }
    }
}

/// Prevents other processes from writing to the same folder, until the lock is released or the process ends, even by kill -9.
///
/// It is a `flock` on an empty file, which is removed when the last lock is released. A shared lock allows other shared ones: its processes
/// divide the names of their files among themselves.
public final class FolderLock: Sendable {
    private static let name = ".lock"
    private let path: String
    private let descriptor: Int32

    /// Locks a folder through the file `.lock` in it.
    /// - Parameters:
    ///   - folder: created if missing.
    ///   - isShared: whether other processes may hold a shared lock too.
    public convenience init(folder: String, isShared: Bool = false) throws(FolderError) {
        do { try Folder.make(folder) } catch { throw .file(error) }
        // The last of the processes that share it removes the file, and locks it alone for that moment.
        try self.init(path: "\(folder)/\(Self.name)", of: folder, isShared ? LOCK_SH : LOCK_EX, patience: isShared ? 2 : 0)
    }

    /// Locks a file that is replaced repeatedly, through a hidden file beside it.
    /// - Parameter patience: seconds to wait for a process that holds the lock.
    public convenience init(file: String, patience: Double = 0) throws(FolderError) {
        try self.init(path: "\(PathName.folder(file))/.\(PathName.last(file))\(Self.name)", of: file, LOCK_EX, patience: patience)
    }

    private init(path: String, of subject: String, _ kind: Int32, patience: Double) throws(FolderError) {
        self.path = path
        var trials = 1 + Int(patience * 100)
        while true {
            do {
                descriptor = try Self.locked(path, of: subject, kind)
                return
            } catch {
                trials -= 1
                guard case .inUse = error, trials > 0 else { throw error }
                usleep(10_000)
            }
        }
    }

    /// Whether no other process has a shared lock; from then on none can get one.
    public func becomeExclusive() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    deinit {
        // A process that has already opened the file finds it removed, and creates another.
        if becomeExclusive() { _ = unsafe unlink(path.systemPath) }
        close(descriptor)
    }

    private static func locked(_ path: String, of subject: String, _ kind: Int32) throws(FolderError) -> Int32 {
        let flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        while true {
            var descriptor = unsafe open(path.systemPath, O_RDWR | O_CREAT | flags, 0o666)
            // Another user of a shared folder may have created the file: read access is enough for a lock.
            if descriptor < 0, errno == EACCES { descriptor = unsafe open(path.systemPath, O_RDONLY | flags) }
            guard descriptor >= 0 else { throw .file(.unwritable(path: path, reason: FileError.text(of: errno))) }
            var failure: Int32 = 0
            repeat { failure = flock(descriptor, kind | LOCK_NB) == 0 ? 0 : errno } while failure == EINTR
            if failure == 0, isNamed(path, descriptor) { return descriptor }
            let holder = failure == EWOULDBLOCK ? holder(of: descriptor) : nil
            close(descriptor)
            switch failure {
            case 0: continue
            case EWOULDBLOCK: throw .inUse(path: subject, process: holder)
            default: throw .file(.unwritable(path: path, reason: "it cannot be locked (\(FileError.text(of: failure)))"))
            }
        }
    }

    /// Whether an open file still has its name: the previous holder may have removed it between opening and locking.
    private static func isNamed(_ path: String, _ descriptor: Int32) -> Bool {
        var (open, named) = (stat(), stat())
        guard unsafe fstat(descriptor, &open) == 0, unsafe lstat(path.systemPath, &named) == 0 else { return false }
        return open.st_dev == named.st_dev && open.st_ino == named.st_ino
    }

    /// Removes temporary files that `ReplacementFile` and `AudioFileWriter` left in this folder when their process was killed.
    /// Requires the exclusive lock, so that no other process writes there.
    public static func removeLeftovers(in folder: String) {
        for name in (try? Folder.names(in: folder)) ?? []
        where ReplacementFile.isTemporary(name) || name.hasPrefix(".") && name.hasSuffix(".partial") {
            _ = unsafe unlink("\(folder)/\(name)".systemPath)
        }
    }

    /// The process that holds the lock, as the system lists it.
    private static func holder(of descriptor: Int32) -> Int32? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, let bytes = try? WholeFile.read("/proc/locks") else { return nil }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            // 1: FLOCK  ADVISORY  WRITE 4711 08:02:1234 0 EOF
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[1] == "FLOCK", let process = Int32(fields[4]), process > 0,
                fields[5].split(separator: ":").last.map(String.init) == "\(status.st_ino)"
            else { continue }
            return process
        }
        return nil
    }
}
