/// Text from outside that may be shown on a terminal: no control characters, no end of its own choosing.
package struct ForeignText: Decodable, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    private static let longest = 300

    package init(_ text: String) {
        let safe = text.unicodeScalars.prefix(Self.longest).map { scalar in
            switch scalar.properties.generalCategory {
            // Control characters, marks that turn the direction of writing, line ends, what is no character.
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?" as Unicode.Scalar
            default: scalar
            }
        }
        description = String(String.UnicodeScalarView(safe)) + (text.unicodeScalars.count > Self.longest ? "..." : "")
    }

    package init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
}

/// A number from outside, of a size that any measured quantity has.
package struct ForeignNumber: Decodable, Sendable, Hashable {
    package let value: Double

    private static let bounds = -1e15...1e15

    init(_ value: Double) { self.value = value }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = try container.decode(Double.self)
        guard Self.bounds.contains(value) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a number within \(Self.bounds)")
        }
    }
}
