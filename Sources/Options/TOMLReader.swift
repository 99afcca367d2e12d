/// A syntax error in TOML, with its position.
struct TOMLFault: Error, Hashable {
    /// Counted from 1; the column in characters.
    let line, column: Int
    let expected, found: String
}

/// Reads TOML 1.0 (toml.io/en/v1.0.0) strictly: for any bytes the result is a table or a fault.
struct TOMLReader {
    let bytes: [UInt8]
    var index = 0
    private let root = TOMLTable(.header)
    /// The table that receives keys.
    private var current: TOMLTable

    /// Maximum depth of arrays and inline tables, and of the parts of a key; it protects the stack.
    static let depthLimit = 32

    static func read(_ text: String) throws(TOMLFault) -> [String: OptionValue] {
        var reader = TOMLReader(Array(text.utf8))
        try reader.readDocument()
        return reader.root.options
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        current = root
    }

    private mutating func readDocument() throws(TOMLFault) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        while true {
            try skipLines()
            if index == bytes.count { return }
            if bytes[index] == UInt8(ascii: "[") { try readHeader() } else { try readPair(into: current) }
            skipBlanks()
            guard isEndOfLine || next == UInt8(ascii: "#") else { throw fault("the end of the line") }
        }
    }

    // MARK: - Tables and keys

    /// `[a.b]` or `[[a.b]]`.
    private mutating func readHeader() throws(TOMLFault) {
        index += 1
        let isArray = next == UInt8(ascii: "[")
        if isArray { index += 1 }
        skipBlanks()
        let place = index
        let key = try readKey()
        let open = isArray ? "[[" : "["
        for _ in open {
            guard next == UInt8(ascii: "]") else { throw fault("\(isArray ? "]]" : "]") after \(open)\(Self.written(key))") }
            index += 1
        }
        var table = root
        for part in key.dropLast() {
            guard let deeper = table.table(part, made: .implied) else {
                throw fault("a table \(Self.written(key)) in an extensible table", found: "\(part), which cannot be extended", at: place)
            }
            table = deeper
        }
        guard let made = isArray ? table.append(key[key.count - 1]) : table.open(key[key.count - 1]) else {
            throw fault("\(open)\(Self.written(key)) once", found: "\(Self.written(key)) again", at: place)
        }
        current = made
    }

    /// `key = value`.
    mutating func readPair(into table: TOMLTable, depth: Int = 0) throws(TOMLFault) {
        let place = index
        let key = try readKey()
        guard next == UInt8(ascii: "=") else { throw fault("= after \(Self.written(key))") }
        index += 1
        skipBlanks()
        var table = table
        for part in key.dropLast() {
            guard let deeper = table.table(part, made: .dotted), deeper.kind == .dotted else {
                throw fault("\(Self.written(key)) once", found: "\(part) defined before", at: place)
            }
            table = deeper
        }
        let value = try readValue(depth: depth)
        guard table.set(key[key.count - 1], value) else {
            throw fault("\(Self.written(key)) once", found: "a second one", at: place)
        }
    }

    /// The parts of a key, including blanks after it.
    private mutating func readKey() throws(TOMLFault) -> [String] {
        var key: [String] = []
        repeat {
            if !key.isEmpty { index += 1 }
            skipBlanks()
            switch next {
            case UInt8(ascii: "\""): key.append(try readBasicString())
            case UInt8(ascii: "'"): key.append(try readLiteralString())
            default:
                let start = index
                while let byte = next, Self.isBare(byte) { index += 1 }
                guard index > start else { throw fault("a key: letters, digits, _ and -") }
                key.append(String(decoding: bytes[start..<index], as: UTF8.self))
            }
            guard key.count <= Self.depthLimit else { throw fault("a key of at most \(Self.depthLimit) parts") }
            skipBlanks()
        } while next == UInt8(ascii: ".")
        return key
    }

    private static func isBare(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private static func written(_ key: [String]) -> String { key.joined(separator: ".") }

    // MARK: - Between the words

    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Whether the rest of the line is empty; a carriage return counts only before a newline.
    var isEndOfLine: Bool { next == nil || newlineLength > 0 }

    /// Length of the newline here in bytes, 0 if there is none.
    var newlineLength: Int {
        guard let next else { return 0 }
        if next == UInt8(ascii: "\n") { return 1 }
        let isPair = next == UInt8(ascii: "\r") && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\n")
        return isPair ? 2 : 0
    }

    mutating func skipBlanks() {
        while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { index += 1 }
    }

    /// Blanks, newlines and comments.
    mutating func skipLines() throws(TOMLFault) {
        while true {
            skipBlanks()
            if newlineLength > 0 {
                index += newlineLength
            } else if next == UInt8(ascii: "#") {
                while !isEndOfLine {
                    guard !isControl else { throw fault("a comment without control characters") }
                    index += 1
                }
            } else {
                return
            }
        }
    }

    /// Whether this byte is not allowed unescaped in text; tabs are allowed everywhere.
    var isControl: Bool {
        guard let next else { return false }
        return (next < 0x20 && next != UInt8(ascii: "\t")) || next == 0x7F
    }

    // MARK: - Faults

    /// - Parameters: `found`: by default the word at the present position; `place`: by default the present position.
    func fault(_ expected: String, found: String? = nil, at place: Int? = nil) -> TOMLFault {
        let place = place ?? index
        let lineStart = bytes[..<place].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = bytes[..<place].count { $0 == UInt8(ascii: "\n") } + 1
        let column = String(decoding: bytes[lineStart..<place], as: UTF8.self).unicodeScalars.count + 1
        return TOMLFault(line: line, column: column, expected: expected, found: found ?? word(at: place))
    }

    private func word(at place: Int) -> String {
        guard place < bytes.count else { return "the end of the file" }
        if bytes[place] == UInt8(ascii: "\n") || bytes[place] == UInt8(ascii: "\r") { return "the end of the line" }
        let separators = Array(" \t\r\n,]}=#".utf8)
        // At least one whole character.
        var end = place + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 || !(separators.contains(bytes[end]) || separators.contains(bytes[place])) {
            end += 1
        }
        return String(decoding: bytes[place..<end], as: UTF8.self)
    }
}
