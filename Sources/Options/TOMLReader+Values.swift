extension TOMLReader {
    /// - Parameter depth: number of enclosing arrays and inline tables.
    mutating func readValue(depth: Int = 0) throws(TOMLFault) -> OptionValue {
        guard depth <= Self.depthLimit else { throw fault("at most \(Self.depthLimit) arrays and tables within one another") }
        switch next {
        case UInt8(ascii: "\""): return .text(startsLongString ? try readLongBasicString() : try readBasicString())
        case UInt8(ascii: "'"): return .text(startsLongString ? try readLongLiteralString() : try readLiteralString())
        case UInt8(ascii: "["): return .array(try readArray(depth))
        case UInt8(ascii: "{"): return .table(try readInlineTable(depth))
        default: return try readWord()
        }
    }

    private mutating func readArray(_ depth: Int) throws(TOMLFault) -> [OptionValue] {
        index += 1
        var values: [OptionValue] = []
        while true {
            try skipLines()
            if next == UInt8(ascii: "]") { break }
            values.append(try readValue(depth: depth + 1))
            try skipLines()
            if next == UInt8(ascii: "]") { break }
            guard next == UInt8(ascii: ",") else { throw fault(", or ] in an array") }
            index += 1
        }
        index += 1
        return values
    }

    private mutating func readInlineTable(_ depth: Int) throws(TOMLFault) -> [String: OptionValue] {
        index += 1
        let table = TOMLTable(.dotted)
        skipBlanks()
        if next == UInt8(ascii: "}") {
            index += 1
            return [:]
        }
        while true {
            skipBlanks()
            try readPair(into: table, depth: depth + 1)
            skipBlanks()
            if next == UInt8(ascii: "}") { break }
            guard next == UInt8(ascii: ",") else { throw fault(", or } in an inline table") }
            index += 1
        }
        index += 1
        return table.options
    }

    private mutating func skipWord() {
        while let byte = next, byte > 0x20, byte < 0x7F, !",]}#".utf8.contains(byte) { index += 1 }
    }

    /// A number, true, false, or a value that no option accepts: a date, a time.
    private mutating func readWord() throws(TOMLFault) -> OptionValue {
        let start = index
        skipWord()
        // A date and its time may be separated by a space.
        if TOMLTime.isDate(bytes[start..<index]), next == UInt8(ascii: " "), bytes[index...].dropFirst(3).first == UInt8(ascii: ":") {
            index += 1
            skipWord()
        }
        let word = bytes[start..<index]
        switch String(decoding: word, as: UTF8.self) {
        case "true": return .flag(true)
        case "false": return .flag(false)
        case let text:
            if let name = TOMLTime.name(of: word) { return .other(name) }
            switch TOMLNumber.value(of: text) {
            case .value(let value): return value
            case .tooLarge: throw fault("an integer of 64 bits", found: text, at: start)
            case .none:
                index = start
                throw fault("a value: a string in quotes, a number, true or false, [...] or {...}")
            }
        }
    }
}
