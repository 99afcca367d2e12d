import Files
import FlyingFox
import Foundation

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
        guard let bytes = Self.bytes(String(decoding: content, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw .badToken(path: path, found: content.isEmpty ? "an empty file" : "\(content.count) bytes of another form")
        }
        self.bytes = bytes
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
        if let value = headers[.authorization], value.lowercased().hasPrefix("bearer ") {
            return matches(value.dropFirst("bearer ".count))
        }
        guard let cookies = headers[.cookie] else { return false }
        return cookies.split(separator: ";").contains { cookie in
            let parts = cookie.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            return parts.count == 2 && parts[0] == Self.cookie && matches(parts[1])
        }
    }

    /// The value of Set-Cookie: for a year, for this site and for no script.
    var cookieValue: String {
        "\(Self.cookie)=\(String(decoding: bytes, as: UTF8.self)); Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict"
    }
}
