import Glibc

/// A folder of a test's own, removed with everything in it.
@safe
final class TemporaryFolder {
    let path: String

    init() {
        var template = Array("/tmp/bearing-audio-XXXXXX".utf8CString)
        path = unsafe template.withUnsafeMutableBufferPointer { unsafe String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit {
        for name in names { unsafe unlink(file(name)) }
        unsafe rmdir(path)
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// What lies in the folder, hidden files too.
    var names: [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var found: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { found.append(name) }
        }
        return found.sorted()
    }

    func bytes(of name: String) -> [UInt8] {
        let handle = unsafe fopen(file(name), "rb")!
        defer { unsafe fclose(handle) }
        var bytes = [UInt8](repeating: 0, count: 1 << 22)
        let count = bytes.count
        let got = unsafe bytes.withUnsafeMutableBytes { unsafe fread($0.baseAddress!, 1, count, handle) }
        return Array(bytes[..<got])
    }

    func put(_ bytes: [UInt8], as name: String) -> String {
        let handle = unsafe fopen(file(name), "wb")!
        _ = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress ?? $0.baseAddress, 1, bytes.count, handle) }
        unsafe fclose(handle)
        return file(name)
    }
}
