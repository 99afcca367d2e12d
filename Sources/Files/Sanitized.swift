extension StringProtocol {
    /// Foreign text in a form that is safe in an error: control characters are written as `\u{...}`, so that they neither break
    /// the line nor move a terminal's cursor. Bytes that are not UTF-8 are written as `\xE9`, and long text is cut.
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
