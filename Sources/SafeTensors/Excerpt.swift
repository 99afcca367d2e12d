extension StringProtocol {
    /// Foreign text as an error may carry it: control characters written as `\u{...}`, so that it neither breaks the line nor moves
    /// a terminal's cursor, and cut where it is longer than anybody reads.
    ///
    /// - Parameter limit: characters that are kept; nil for all.
    public func excerpt(_ limit: Int? = 120) -> String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: text.unicodeScalars.append(scalar)
            }
            if let limit, text.unicodeScalars.count > limit { return "\(text.prefix(limit))..." }
        }
        return text
    }
}
