import Audio
import Configuration
import Files
import Formats
import Glibc
import Options

/// Every reader refuses a special file at once and in one line; also a sparse file that exceeds the limit of its kind.
enum FileTarget {
    static func run(_ bytes: [UInt8]) {
        guard bytes.count >= 2, let kind = SpecialFile.Kind(rawValue: bytes[0] % UInt8(SpecialFile.Kind.allCases.count)) else { return }
        // Up to 127 KiB, or 2 GiB and more: sizes in between are read, which takes long.
        let size = bytes[1] < 128 ? Int(bytes[1]) << 10 : 1 << (31 + Int(bytes[1]) % 30)
        let file = SpecialFile(kind, Array(bytes.dropFirst(2)), hole: size)
        let isHuge = kind == .sparse && size > FileLimit.tensors.bytes
        func refuses(_ isRefused: Bool, _ body: () throws -> Void) {
            do {
                try body()
                precondition(kind == .sparse && !isRefused, "\(kind) of \(size) bytes is read as a file")
            } catch let error as ConfigurationError {
                for fault in error.faults { demandOneLine(fault.description) }
            } catch {
                demandOneLine("\(error)")
            }
        }
        refuses(isHuge) { _ = try ConfigurationFile.load(file.path) }
        refuses(isHuge) { _ = try ArrayFile.load(file.path) }
        refuses(isHuge) { _ = try ModelFile.load(file.path) }
        refuses(isHuge) { _ = try HungarianFile.load(file.path) }
        refuses(isHuge) { _ = try MetadataCSV.read(file.path) }
        refuses(isHuge) { _ = try EpochLog.read(file.path, name: "log") }
        refuses(false) { _ = try AudioFileReader(path: file.path) }
        refuses(false) { _ = try WholeFile.beginning(of: file.path, count: 16) }
    }
}

/// A file of another kind in a folder of its own, removed with it.
private final class SpecialFile {
    enum Kind: UInt8, CaseIterable { case pipe, socket, folder, device, sparse, linkToPipe }

    let path: String
    private let folder: String

    init(_ kind: Kind, _ bytes: [UInt8], hole: Int) {
        folder = "/dev/shm/bearing-fuzz-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        precondition(unsafe mkdir(folder, 0o700) == 0, "no folder in memory: \(errno)")
        path = "\(folder)/a.toml"
        let made: Int32 =
            switch kind {
            case .pipe: unsafe mkfifo(path, 0o600)
            case .socket: unsafe mknod(path, S_IFSOCK | 0o600, 0)
            case .folder: unsafe mkdir(path, 0o700)
            case .device: unsafe symlink("/dev/zero", path)
            case .sparse: Self.write(bytes, to: path, hole: hole)
            case .linkToPipe: unsafe mkfifo("\(folder)/pipe", 0o600) == 0 ? symlink("pipe", path) : -1
            }
        precondition(made == 0, "no \(kind) in memory: \(errno)")
    }

    deinit { Folder.remove(folder) }

    private static func write(_ bytes: [UInt8], to path: String, hole: Int) -> Int32 {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        guard FileBytes.write(bytes, to: descriptor) == nil else { return -1 }
        return ftruncate(descriptor, bytes.count + hole)
    }
}
