import Files
import HTTP

/// The secret that each request must contain: as `Authorization: Bearer`, as the cookie that /login sets, or in the query of
/// the page.
package struct AccessToken: Sendable {
    private let bytes: [UInt8]

    static let cookie = "bearing_token"
    private static let lengths = 16...256

    /// Reads the file's only word.
    package init(file path: String) throws(WebError) {
        let content: [UInt8]
        do throws(FileError) { content = try WholeFile.read(path, limit: FileLimit(bytes: 4096)) } catch { throw .file(error) }
        guard let bytes = Self.bytes(Self.word(content)) else {
            throw .badToken(path: path, found: content.isEmpty ? "an empty file" : "\(content.count) bytes of another form")
        }
        self.bytes = bytes
    }

    /// Without white space at both ends.
    private static func word(_ content: [UInt8]) -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        let start = content.drop(while: isSpace)
        return String(decoding: start[..<(start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex)], as: UTF8.self)
    }

    init?(_ text: String) {
        guard let bytes = Self.bytes(text) else { return nil }
        self.bytes = bytes
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let bytes = Array(text.utf8)
        let isWord = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        return isWord && lengths.contains(bytes.count) ? bytes : nil
    }

    /// Constant-time comparison.
    func matches(_ text: some StringProtocol) -> Bool {
        let other = Array(text.utf8)
        guard other.count == bytes.count else { return false }
        return zip(bytes, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    func admits(_ headers: HTTPHeaders) -> Bool {
        if let value = headers["Authorization"], value.lowercased().hasPrefix("bearer ") {
            return matches(value.dropFirst("bearer ".count))
        }
        guard let cookies = headers["Cookie"] else { return false }
        return cookies.split(separator: ";").contains { cookie in
            let parts = cookie.split(separator: "=", maxSplits: 1).map(\.trimmed)
            return parts.count == 2 && parts[0] == Self.cookie && matches(parts[1])
        }
    }

    /// The value of Set-Cookie: for a year, for this site and for no script.
    var cookieValue: String {
        "\(Self.cookie)=\(String(decoding: bytes, as: UTF8.self)); Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict"
    }
}
