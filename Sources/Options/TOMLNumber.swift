/// Numbers in TOML.
enum TOMLNumber {
    enum Reading {
        case value(OptionValue)
        case tooLarge
        case none
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func value(of text: String) -> Reading {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            guard let digits = digits(text.dropFirst(2)), digits.allSatisfy({ $0.isASCII && $0.hexDigitValue.map { $0 < radix } ?? false })
            else { return .none }
            return Int(digits, radix: radix).map { .value(.integer($0)) } ?? .tooLarge
        }
        let sign = text.hasPrefix("-") ? "-" : ""
        let rest = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
        if rest == "inf" { return .value(.number(sign.isEmpty ? .infinity : -.infinity)) }
        if rest == "nan" { return .value(.number(.nan)) }
        let exponentAt = rest.firstIndex { $0 == "e" || $0 == "E" }
        let mantissa = rest[..<(exponentAt ?? rest.endIndex)]
        let point = mantissa.firstIndex(of: ".")
        guard let whole = decimal(mantissa[..<(point ?? mantissa.endIndex)]), whole.count == 1 || !whole.hasPrefix("0") else {
            return .none
        }
        if point == nil, exponentAt == nil { return Int(sign + whole).map { .value(.integer($0)) } ?? .tooLarge }
        var written = sign + whole
        if let point {
            guard let fraction = decimal(mantissa[mantissa.index(after: point)...]) else { return .none }
            written += ".\(fraction)"
        }
        if let exponentAt {
            var exponent = rest[rest.index(after: exponentAt)...]
            written += "e"
            if let first = exponent.first, first == "-" || first == "+" {
                written.append(first)
                exponent = exponent.dropFirst()
            }
            guard let digits = decimal(exponent) else { return .none }
            written += digits
        }
        return Double(written).map { .value(.number($0)) } ?? .none
    }

    private static func decimal(_ text: Substring) -> String? {
        digits(text).flatMap { $0.utf8.allSatisfy(isDigit) ? $0 : nil }
    }

    /// Without the underscores, each of which must be between two digits; nil for other text.
    private static func digits(_ text: Substring) -> String? {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        return parts.contains(where: \.isEmpty) ? nil : parts.joined()
    }
}
