/// A value from a TOML file or the command line.
public indirect enum OptionValue: Sendable, Hashable, CustomStringConvertible {
    case text(String)
    case integer(Int)
    case number(Double)
    case flag(Bool)
    case array([OptionValue])
    case table([String: OptionValue])
    /// A value that no option accepts, by its name in TOML: a date, a time.
    case other(String)

    /// A number; integers are accepted.
    var asNumber: Double? {
        switch self {
        case .number(let number): number
        case .integer(let integer): Double(integer)
        default: nil
        }
    }

    /// Description of a found value in faults.
    public var description: String {
        switch self {
        case .text(let text): "the string \"\(text)\""
        case .integer(let value): "the integer \(value)"
        case .number(let value): "the number \(value)"
        case .flag(let value): "\(value)"
        case .array: "the array \(toml)"
        case .table: "a table"
        case .other(let name): "a \(name)"
        }
    }

    /// The value in TOML. A table is written inline, in braces.
    public var toml: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .array(let values): "[\(values.map(\.toml).joined(separator: ", "))]"
        case .table(let values):
            "{\(values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.toml)" }.joined(separator: ", "))}"
        case .other(let name): name
        }
    }

    /// A basic string of TOML 1.0.
    private static func quoted(_ text: String) -> String {
        var line = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": line += "\\\(scalar)"
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16, uppercase: true)
                line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line + "\""
    }
}
