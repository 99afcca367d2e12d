extension TOMLReader {
    /// Whether three quotes begin here.
    var startsLongString: Bool {
        guard let next, index + 2 < bytes.count else { return false }
        return bytes[index + 1] == next && bytes[index + 2] == next
    }

    /// `"..."`, with escapes.
    mutating func readBasicString() throws(TOMLFault) -> String {
        index += 1
        var text: [UInt8] = []
        while next != UInt8(ascii: "\"") {
            guard !isEndOfLine else { throw fault("\" at the end of a string") }
            guard !isControl else { throw fault("a string without control characters") }
            if next == UInt8(ascii: "\\") { text += try readEscape() } else { take(into: &text) }
        }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// `'...'`, without escapes.
    mutating func readLiteralString() throws(TOMLFault) -> String {
        index += 1
        var text: [UInt8] = []
        while next != UInt8(ascii: "'") {
            guard !isEndOfLine else { throw fault("' at the end of a string") }
            guard !isControl else { throw fault("a string without control characters") }
            take(into: &text)
        }
        index += 1
        return String(decoding: text, as: UTF8.self)
    }

    /// `"""..."""`, over lines, with escapes.
    mutating func readLongBasicString() throws(TOMLFault) -> String {
        try readLongString { (reader, text) throws(TOMLFault) in
            guard reader.next == UInt8(ascii: "\\") else { return reader.take(into: &text) }
            if reader.skipFoldedLine() { return }
            text += try reader.readEscape()
        }
    }

    /// `'''...'''`, over lines, without escapes.
    mutating func readLongLiteralString() throws(TOMLFault) -> String {
        try readLongString { (reader, text) throws(TOMLFault) in reader.take(into: &text) }
    }

    private mutating func readLongString(
        _ read: (inout TOMLReader, inout [UInt8]) throws(TOMLFault) -> Void
    ) throws(TOMLFault) -> String {
        guard let quote = next else { throw fault("a string") }
        index += 3
        // A newline directly after the quotes is not part of the text.
        index += newlineLength
        var text: [UInt8] = []
        while true {
            guard next != nil else { throw fault("three quotes at the end of a string") }
            if next == quote, startsLongString {
                index += 3
                // Up to two more quotes are part of the text.
                for _ in 0..<2 where next == quote { take(into: &text) }
                return String(decoding: text, as: UTF8.self)
            }
            if newlineLength > 0 {
                for _ in 0..<newlineLength { take(into: &text) }
            } else {
                guard !isControl else { throw fault("a string without control characters") }
                try read(&self, &text)
            }
        }
    }

    /// A backslash at the end of a line skips the newline and all blanks after it.
    private mutating func skipFoldedLine() -> Bool {
        let start = index
        index += 1
        skipBlanks()
        guard newlineLength > 0 else {
            index = start
            return false
        }
        while newlineLength > 0 {
            index += newlineLength
            skipBlanks()
        }
        return true
    }

    private mutating func readEscape() throws(TOMLFault) -> [UInt8] {
        let start = index
        index += 1
        guard let kind = next else { throw fault("\" at the end of a string") }
        index += 1
        switch kind {
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [kind]
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let length = kind == UInt8(ascii: "u") ? 4 : 8
            let digits = bytes[index...].prefix(length)
            index += digits.count
            let text = String(decoding: digits, as: UTF8.self)
            if digits.count == length, text.allSatisfy(\.isHexDigit), let number = UInt32(text, radix: 16),
                let scalar = Unicode.Scalar(number)
            {
                return Array(String(Character(scalar)).utf8)
            }
            throw fault("\\u and 4 or \\U and 8 hexadecimal digits of a character", at: start)
        default:
            throw fault("one of the escapes \\\\ \\\" \\n \\t \\r \\b \\f \\u \\U (or a string in ' ')", at: start)
        }
    }

    private mutating func take(into text: inout [UInt8]) {
        text.append(bytes[index])
        index += 1
    }
}
