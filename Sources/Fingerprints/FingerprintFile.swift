public import Files

/// The fingerprints of a folder's parts in one text file: each follows a line with its name in brackets.
public struct FingerprintFile: Sendable {
    public private(set) var parts: [String: Fingerprint] = [:]
    public let path: String
    private let heading: String

    /// Reads the existing file; without the file there are no parts.
    /// - Parameter heading: a comment line at the top of the file.
    public init(_ path: String, heading: String) throws(FileError) {
        self.path = path
        self.heading = heading
        let bytes: [UInt8]
        do {
            bytes = try WholeFile.read(path)
        } catch {
            if case .missing = error { return }
            throw error
        }
        var name: String?
        var lines = ""
        func end() { if let name { parts[name] = Fingerprint(text: lines) } }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("["), line.hasSuffix("]") {
                end()
                name = String(line.dropFirst().dropLast())
                lines = ""
            } else if !line.hasPrefix("#") {
                lines += line + "\n"
            }
        }
        end()
    }

    /// Replaces the file in one step if the part is new or different; other parts are unchanged.
    public mutating func keep(_ fingerprint: Fingerprint, as part: String) throws(FileError) {
        guard parts[part]?.text != fingerprint.text else { return }
        parts[part] = fingerprint
        let sections = parts.sorted { $0.key < $1.key }.map { "\n[\($0.key)]\n\($0.value.text)" }
        try WholeFile.write(Array("# \(heading)\n\(sections.joined())".utf8), to: path)
    }
}
