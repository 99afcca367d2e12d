import Glibc

/// All files below a folder. Links to files and folders are followed, each folder once. Hidden files, such as the `._name` of
/// macOS, are skipped.
public struct FolderTree: Sendable {
    /// Relative to the folder, in order of discovery: folder by folder, names in ascending byte order.
    public private(set) var paths: [String] = []
    /// Folders that cannot be listed, with reasons.
    public private(set) var faults: [FileError] = []
    private let folder: String
    private var visited: Set<[UInt64]> = []

    public init(below folder: String) {
        self.folder = folder
        search("")
    }

    /// Paths of the files with a suffix, given in lower case without a dot, sorted by file name.
    public func files(suffix: String) -> [String] {
        paths.filter { PathName.suffix($0) == suffix }.map { (PathName.stem($0), $0) }.sorted { $0 < $1 }.map(\.1)
    }

    private mutating func search(_ below: String) {
        let path = below.isEmpty ? folder : "\(folder)/\(below)"
        var facts = stat()
        guard unsafe stat(path.systemPath, &facts) == 0, visited.insert([UInt64(facts.st_dev), UInt64(facts.st_ino)]).inserted else {
            return
        }
        let names: [String]
        do {
            names = try Folder.names(in: path)
        } catch {
            faults.append(error)
            return
        }
        for name in names where name.utf8.first != UInt8(ascii: ".") {
            let inner = below.isEmpty ? name : "\(below)/\(name)"
            if Folder.isFolder("\(folder)/\(inner)") { search(inner) } else { paths.append(inner) }
        }
    }
}
