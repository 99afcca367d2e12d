import Files
import Foundation
import TestSupport
import Testing

/// Which files are opened and which are refused, without delay, whatever kind of file it is.
@Suite(.timeLimit(.hang)) struct RegularFileTests {
    private let folder = "/tmp/bearing-files-\(UUID().uuidString.prefix(8))"

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    private func put(_ bytes: [UInt8], as name: String = "a") throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        return "\(folder)/\(name)"
    }

    private func fault(_ path: String, limit: FileLimit = .table) -> FileError? {
        do throws(FileError) {
            _ = try WholeFile.read(path, limit: limit)
            return nil
        } catch { return error }
    }

    @Test func allBytesAreRead() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for count in [0, 1, 4095, 4096, 100_000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let path = try put(bytes)
            #expect(try WholeFile.read(path) == bytes)
            let file = try RegularFile(path, limit: .table)
            #expect(file.size == count)
            #expect(try file.bytes(at: count / 2, count: count) == Array(bytes[(count / 2)...]))
        }
    }

    @Test func aDiskThatFailsIsNotTheEndOfAFile() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try put([1, 2, 3])
        let failure = FileError.unreadable(path: path, reason: "Input/output error")
        #expect(throws: failure) { try failingReads(after: 0) { try WholeFile.beginning(of: path, count: 3) } }
        // The first read reaches the end, the second finds out.
        #expect(throws: failure) { try failingReads(after: 1) { try WholeFile.beginning(of: path, count: 4) } }
        #expect(try failingReads(after: 1) { try WholeFile.beginning(of: path, count: 3) } == [1, 2, 3])
    }

    @Test func specialFilesAreNamed() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let pipe = "\(folder)/pipe"
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        let socket = try socketFile()
        let link = "\(folder)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pipe)
        #expect(fault(pipe) == .notAFile(path: pipe, found: "a named pipe"))
        #expect(fault(link) == .notAFile(path: link, found: "a named pipe"))
        #expect(fault(socket) == .notAFile(path: socket, found: "a socket"))
        #expect(fault(folder) == .notAFile(path: folder, found: "a folder"))
        for device in ["/dev/zero", "/dev/null", "/dev/tty"] where unsafe access(device, F_OK) == 0 {
            #expect(fault(device) == .notAFile(path: device, found: "a device"))
        }
        let missing = "\(folder)/missing"
        #expect(fault(missing) == .missing(path: missing))
        #expect(fault("\(try put([1]))/below") == .missing(path: "\(folder)/a/below"))
        let loop = "\(folder)/loop"
        try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
        #expect(fault(loop)?.description.contains("expected a readable file") == true)
    }

    @Test func aLinkToAFileIsRead() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try put([1, 2, 3])
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: path)
        #expect(try WholeFile.read("\(folder)/link") == [1, 2, 3])
    }

    @Test func aTooLargeFileIsNotRead() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try put([1, 2, 3])
        #expect(fault(path, limit: FileLimit(bytes: 3)) == nil)
        #expect(fault(path, limit: FileLimit(bytes: 2)) == .tooLarge(path: path, limit: 2, found: 3))
        // Sparse: it uses no disk space, but would use all memory.
        #expect(unsafe truncate(path, 1 << 42) == 0)
        #expect(fault(path) == .tooLarge(path: path, limit: 1 << 28, found: 1 << 42))
    }

    /// Their size is 0, and their contents are generated while they are read.
    @Test func filesOfTheKernelAreRead() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try !WholeFile.read("/proc/self/status").isEmpty)
        let fault = fault("/proc/self/status", limit: FileLimit(bytes: 10))
        guard case .tooLarge(_, 10, _) = fault else {
            Issue.record("\(fault.map(\.description) ?? "read")")
            return
        }
    }

    @Test func descriptorsAreClosed() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = try put([1])
        let before = try descriptors(of: path)
        for _ in 0..<10 {
            _ = fault(path)
            _ = fault(path, limit: FileLimit(bytes: 0))
        }
        #expect(try descriptors(of: path) == before)
        let released = try RegularFile(path, limit: .table).release()
        #expect(try descriptors(of: path) == before + 1)
        close(released)
    }

    private func descriptors(of path: String) throws -> Int {
        let files = FileManager.default
        return try files.contentsOfDirectory(atPath: "/proc/self/fd").count {
            (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
        }
    }

    private func socketFile() throws -> String {
        let path = "\(folder)/socket"
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, byte) in path.utf8.enumerated() { unsafe room[index] = byte }
        }
        let code = unsafe withUnsafePointer(to: address) { typed in
            unsafe typed.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(code == 0)
        close(descriptor)
        return path
    }
}
