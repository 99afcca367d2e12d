import Files
import Foundation
import Synchronization
import Testing

@Suite struct FolderLockTests {
    private let folder = NSTemporaryDirectory() + "bearing-lock-\(UUID().uuidString)/a/b"

    private func clean() { Folder.remove(PathName.folder(PathName.folder(folder))) }

    @Test func aFolderIsLockedUntilTheLockIsReleased() throws {
        defer { clean() }
        do {
            let lock = try FolderLock(folder: folder)
            withExtendedLifetime(lock) {
                let error = #expect(throws: FolderError.self) { _ = try FolderLock(folder: folder) }
                #expect(error == .inUse(path: folder, process: getpid()))
                #expect(error?.description.contains("by process \(getpid()): wait") == true)
            }
            // Another folder is another lock, and so is a file in this one.
            _ = try FolderLock(folder: folder + "/c")
            _ = try FolderLock(file: folder + "/net.safetensors")
        }
        _ = try FolderLock(folder: folder)
        // A released lock leaves no file.
        #expect(try Folder.names(in: folder) == ["c"])
        #expect(try Folder.names(in: folder + "/c") == [])
    }

    /// Every lock removes its file; one that opened it before must not take it for the lock.
    @Test func manyThreadsNeverHoldItTogether() throws {
        defer { clean() }
        try Folder.make(folder)
        let holders = Atomic<Int>(0)
        let taken = Atomic<Int>(0)
        let shared = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<200 {
                guard let lock = try? FolderLock(folder: folder) else { continue }
                if holders.add(1, ordering: .sequentiallyConsistent).oldValue != 0 { shared.add(1, ordering: .relaxed) }
                taken.add(1, ordering: .relaxed)
                holders.subtract(1, ordering: .sequentiallyConsistent)
                withExtendedLifetime(lock) {}
            }
        }
        #expect(shared.load(ordering: .relaxed) == 0 && taken.load(ordering: .relaxed) > 0)
    }

    /// As one that was killed: the system closes its files.
    @Test func aKilledProcessReleasesTheLock() throws {
        defer { clean() }
        try Folder.make(folder)
        _ = FileManager.default.createFile(atPath: "\(folder)/.lock", contents: nil)
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/flock") else { return }
        holder.arguments = ["-x", "--no-fork", "\(folder)/.lock", "sleep", "60"]
        try holder.run()
        // Not by a FolderLock, which would remove the file that the other process has perhaps opened but not yet locked.
        let descriptor = unsafe open("\(folder)/.lock", O_RDWR)
        for _ in 0..<500 where flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
            flock(descriptor, LOCK_UN)
            usleep(10_000)
        }
        #expect(throws: FolderError.self) { _ = try FolderLock(folder: folder) }
        close(descriptor)
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        _ = try FolderLock(folder: folder)
    }

    @Test func sharersExcludeAllOthersUntilTheLastHasEnded() throws {
        defer { clean() }
        var locks = [try FolderLock(folder: folder, isShared: true), try FolderLock(folder: folder, isShared: true)]
        #expect(throws: FolderError.self) { _ = try FolderLock(folder: folder) }
        #expect(!locks[0].becomeExclusive())
        locks.removeFirst()
        #expect(throws: FolderError.self) { _ = try FolderLock(folder: folder) }
        #expect(locks[0].becomeExclusive())
        locks = []
        let alone = try FolderLock(folder: folder)
        #expect(throws: FolderError.self) { _ = try FolderLock(folder: folder, isShared: true) }
        withExtendedLifetime(alone) {}
    }

    @Test func aPatientProcessWaitsForItsTurn() async throws {
        defer { clean() }
        try Folder.make(folder)
        let file = folder + "/turns.txt"
        var first: FolderLock? = try FolderLock(file: file)
        let waiting = Task.detached { try FolderLock(file: file, patience: 600) }
        try await Task.sleep(for: .milliseconds(50))
        #expect(throws: FolderError.self) { _ = try FolderLock(file: file) }
        #expect(first != nil)
        first = nil
        _ = try await waiting.value
    }

    /// A link with the name of the lock, made by another user, is not followed.
    @Test func aLinkIsNotUsedAsALock() throws {
        defer { clean() }
        try Folder.make(folder)
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/.lock", withDestinationPath: "\(folder)/elsewhere")
        #expect(throws: FolderError.self) { _ = try FolderLock(folder: folder) }
        #expect(!Folder.has("\(folder)/elsewhere"))
    }

    @Test func leftoversAreRemovedAndNothingElse() throws {
        defer { clean() }
        try Folder.make(folder)
        let kept = ["model.safetensors", "notes.tmp", ".bearing-notes", "take.partial"]
        for name in kept + [".bearing-12-345.tmp", ".fold3.wav.12-345.partial"] {
            _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil)
        }
        FolderLock.removeLeftovers(in: folder)
        #expect(try Folder.names(in: folder) == kept.sorted())
    }
}
