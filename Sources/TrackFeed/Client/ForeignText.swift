/// Untrusted text in a form that is safe on a terminal: without control characters, of limited length.
package struct ForeignText: Decodable, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    private static let longest = 300

    package init(_ text: String) {
        let safe = text.unicodeScalars.prefix(Self.longest).map { scalar in
            switch scalar.properties.generalCategory {
            // Control characters, marks that change the direction of writing, line ends, and invalid characters.
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

/// An untrusted number, limited to the range of measured quantities.
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
