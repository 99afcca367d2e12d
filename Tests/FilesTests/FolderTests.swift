import Files
import Glibc
import Testing

@Suite final class FolderTests {
    private let root: String

    init() throws {
        root = "/tmp/bearing-files-\(UInt64.random(in: 0...UInt64.max))"
        try Folder.make(root)
    }

    deinit { Folder.remove(root) }

    @Test func foldersAreCreatedWithTheirParents() throws {
        try Folder.makeWritable("\(root)/a/b/c")
        try Folder.makeWritable("\(root)/a/b/c/")
        #expect(Folder.isFolder("\(root)/a/b/c"))
        _ = unsafe symlink("\(root)/a", "\(root)/link")
        try Folder.make("\(root)/link/d")
        #expect(Folder.isFolder("\(root)/a/d"))
    }

    @Test func anObstructingFileIsNamed() throws {
        try WholeFile.write([1], to: "\(root)/file")
        for path in ["\(root)/file", "\(root)/file/run", "\(root)/file/run/deep"] {
            #expect(throws: FileError.unwritableFolder(path: path, reason: "\(root)/file is not a folder")) { try Folder.make(path) }
        }
        _ = unsafe symlink("\(root)/nowhere", "\(root)/dangling")
        #expect(throws: FileError.unwritableFolder(path: "\(root)/dangling", reason: "\(root)/dangling is not a folder")) {
            try Folder.make("\(root)/dangling")
        }
        // No user, not even root, may create a folder there.
        #expect(throws: FileError.self) { try Folder.make("/proc/nowhere/a") }
    }

    @Test func aTreeHasTheFilesOfItsSubfoldersAndOfLinksOnce() throws {
        for path in ["b.csv", "x/a.CSV", "x/y/c.csv", "x/.d.csv", ".z/e.csv", "notes.txt"] {
            try Folder.make(PathName.folder("\(root)/\(path)"))
            try WholeFile.write([1], to: "\(root)/\(path)")
        }
        _ = unsafe symlink("\(root)/x", "\(root)/again")
        _ = unsafe symlink(root, "\(root)/x/back")
        let tree = FolderTree(below: root)
        #expect(tree.files(suffix: "csv") == ["again/a.CSV", "b.csv", "again/y/c.csv"])
        #expect(tree.faults.isEmpty && tree.paths.contains("notes.txt"))
        #expect(FolderTree(below: "\(root)/nowhere").paths.isEmpty)
    }

    @Test func namesAreListedWhateverTheirBytes() throws {
        let names: [[UInt8]] = [Array("b".utf8), [0x63, 0xE9], Array("e\u{301}".utf8), Array("\u{E9}".utf8), Array(".hidden".utf8)]
        for name in names { try WholeFile.write(name, to: "\(root)/\(String(systemBytes: name))") }
        let found = try Folder.names(in: root)
        #expect(found.map(\.systemBytes) == names.sorted { $0.lexicographicallyPrecedes($1) })
        for name in found { #expect(try WholeFile.read("\(root)/\(name)") == name.systemBytes) }
        #expect(throws: FileError.unreadableFolder(path: "\(root)/none", reason: "nothing there")) { try Folder.names(in: "\(root)/none") }
        #expect(throws: FileError.unreadableFolder(path: "\(root)/b", reason: "not a folder")) {
            try Folder.names(in: "\(root)/b")
        }
    }

    @Test func removingFollowsNoLinks() throws {
        try Folder.make("\(root)/kept/inner")
        try Folder.make("\(root)/gone/deep")
        _ = unsafe symlink("\(root)/kept", "\(root)/gone/link")
        Folder.remove("\(root)/gone")
        #expect(!Folder.has("\(root)/gone") && Folder.has("\(root)/kept/inner"))
    }

    @Test func aFileIsReplacedOrUnchanged() throws {
        let path = "\(root)/file"
        try WholeFile.write([1, 2], to: path)
        do {
            let file = try ReplacementFile(path)
            try file.write([3])
        }
        #expect(try WholeFile.read(path) == [1, 2])
        try WholeFile.write([4], to: path)
        #expect(try WholeFile.read(path) == [4])
        #expect(try Folder.names(in: root) == ["file"])
        // A name as long as names can be.
        let long = "\(root)/" + String(repeating: "x", count: 255)
        try WholeFile.write([5], to: long)
        #expect(try WholeFile.read(long) == [5])
    }

    @Test func linksAndDevicesAreKept() throws {
        try WholeFile.write([1], to: "\(root)/file")
        _ = unsafe symlink("file", "\(root)/link")
        try WholeFile.write([2], to: "\(root)/link")
        #expect(try WholeFile.read("\(root)/file") == [2])
        var facts = stat()
        #expect(unsafe lstat("\(root)/link", &facts) == 0 && facts.st_mode & S_IFMT == S_IFLNK)
        // A file of another user, which only root can create here.
        if geteuid() == 0 {
            _ = unsafe lchown("\(root)/link", 65534, 65534)
            try WholeFile.write([9], to: "\(root)/link")
            #expect(try WholeFile.read("\(root)/file") == [2] && WholeFile.read("\(root)/link") == [9])
        }
        try WholeFile.write([3], to: "/dev/null")
        #expect(unsafe stat("/dev/null", &facts) == 0 && facts.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func anUnwritableFileIsAnError() throws {
        #expect(throws: FileError.unwritable(path: "/dev/full", reason: "No space left on device")) {
            try WholeFile.write([1], to: "/dev/full")
        }
        #expect(throws: FileError.unwritable(path: "/dev/full", reason: "No space left on device")) {
            try WholeFile.append([1], to: "/dev/full")
        }
        #expect(throws: FileError.unwritable(path: root, reason: "Is a directory")) { try WholeFile.write([1], to: root) }
        #expect(throws: FileError.unwritable(path: "\(root)/none/a", reason: "No such file or directory")) {
            try WholeFile.write([1], to: "\(root)/none/a")
        }
        // A pipe without a reader must not block.
        _ = unsafe mkfifo("\(root)/fifo", 0o600)
        #expect(throws: FileError.unwritable(path: "\(root)/fifo", reason: "No such device or address")) {
            try WholeFile.write([1], to: "\(root)/fifo")
        }
    }

    @Test func bytesAreAppended() throws {
        try WholeFile.append([1], to: "\(root)/log")
        try WholeFile.append([2, 3], to: "\(root)/log")
        #expect(try WholeFile.read("\(root)/log") == [1, 2, 3])
        #expect(try WholeFile.beginning(of: "\(root)/log", count: 2) == [1, 2])
        #expect(try WholeFile.beginning(of: "\(root)/log", count: 9) == [1, 2, 3])
    }
}
