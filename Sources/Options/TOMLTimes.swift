/// Times in the text of a TOML file. No option takes one, and the parser traps on some that are malformed (`1979-05-27Tx`), so they
/// are refused before it sees them.
enum TOMLTimes {
    struct Place: Hashable {
        /// Counted from 1.
        let line: Int
        /// The word that it stands in.
        let word: String
    }

    /// The first colon outside of strings and comments: in TOML, it can only belong to a time.
    static func first(in text: String) -> Place? {
        let bytes = Array(text.utf8)
        var (index, line) = (0, 1)
        while index < bytes.count {
            switch bytes[index] {
            case newline: line += 1
            case UInt8(ascii: "#"): index = end(ofLine: bytes, from: index) - 1
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                let end = end(ofString: bytes, from: index)
                line += bytes[index..<end].count { $0 == newline }
                index = end - 1
            case UInt8(ascii: ":"): return Place(line: line, word: word(bytes, around: index))
            default: break
            }
            index += 1
        }
        return nil
    }

    private static let newline = UInt8(ascii: "\n")

    /// The place of the newline, or the end of the text.
    private static func end(ofLine bytes: [UInt8], from start: Int) -> Int {
        bytes[start...].firstIndex(of: newline) ?? bytes.count
    }

    /// Behind the string's last quote. One that does not end, which the parser refuses, goes to the end of its line or of the text.
    private static func end(ofString bytes: [UInt8], from start: Int) -> Int {
        let quote = bytes[start]
        let isLong = start + 2 < bytes.count && bytes[start + 1] == quote && bytes[start + 2] == quote
        var index = start + (isLong ? 3 : 1)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                index += 2
            } else if !isLong, bytes[index] == quote || bytes[index] == newline {
                return bytes[index] == quote ? index + 1 : index
            } else if isLong, bytes[index] == quote, bytes[index...].prefix(3).elementsEqual([quote, quote, quote]) {
                // Up to two quotes may stand right before the three that end it.
                index += 3
                for _ in 0..<2 where index < bytes.count && bytes[index] == quote { index += 1 }
                return index
            } else {
                index += 1
            }
        }
        return bytes.count
    }

    private static func word(_ bytes: [UInt8], around index: Int) -> String {
        func isPart(_ byte: UInt8) -> Bool { byte > 0x20 && !"[]{},=#\"'".utf8.contains(byte) }
        let start = bytes[..<index].lastIndex { !isPart($0) }.map { $0 + 1 } ?? 0
        let end = bytes[index...].firstIndex { !isPart($0) } ?? bytes.count
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
