import Foundation

/// A new folder below /tmp, removed with its contents when the last reference is released, or by `remove`.
///
/// Its path is short enough for the sockets in it.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() {
        path = temporaryPath()
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        } catch { fatalError("\(path): expected to make a folder: \(error)") }
    }

    deinit { remove() }

    /// Removes it now: in a `defer`, for a folder of which only the path is kept.
    public func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The contents of the folder, including hidden files, sorted.
    public var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

    /// The content of a file in it, which has to be there.
    public func bytes(of name: String) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file(name)) else { fatalError("\(file(name)): expected a file") }
        return Array(data)
    }

    /// Writes a file in it.
    /// - Returns: the file's path.
    @discardableResult
    public func put(_ bytes: [UInt8], as name: String) -> String {
        let made = FileManager.default.createFile(atPath: file(name), contents: Data(bytes))
        precondition(made, "\(file(name)): expected to write a file")
        return file(name)
    }
}

/// An unused path below /tmp, for one file or socket; the test removes what it creates there.
public func temporaryPath(_ suffix: String = "") -> String { "/tmp/bearing-test-\(UUID().uuidString.prefix(13))\(suffix)" }
