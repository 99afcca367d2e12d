extension StringProtocol {
    /// Foreign text as an error may carry it: control characters written as `\u{...}`, so that it neither breaks the line nor moves
    /// a terminal's cursor, bytes of names that are no UTF-8 as `\xE9`, and cut where it is longer than anybody reads.
    ///
    /// - Parameter limit: characters that are kept; nil for all.
    public func sanitized(_ limit: Int? = 120) -> String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default:
                if let byte = String.standIn(scalar) {
                    text += "\\x\(String(byte, radix: 16, uppercase: true))"
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
            if let limit, text.unicodeScalars.count > limit { return "\(text.prefix(limit))..." }
        }
        return text
    }
}
