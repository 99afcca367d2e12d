/// A message of OSC with places for values: an address, then arguments that are numbers.
public struct OSCTemplate: Sendable, Hashable {
    /// What a place stands for.
    public enum Value: String, Sendable, CaseIterable {
        /// The object, from 1 and from 0.
        case n, index
        case id, azimuth, elevation, x, y, z, activity, age, level

        /// Whether an address may have it: a whole number.
        var isWhole: Bool { self == .n || self == .index || self == .id }
    }

    public enum Argument: Sendable, Hashable {
        case number(Float)
        case value(Value, isNegated: Bool)
    }

    public enum Piece: Sendable, Hashable {
        case text(String)
        case value(Value)
    }

    public static let expected =
        "\"/ADDRESS ARGUMENT...\" with numbers or places such as {azimuth} as arguments, and {n}, {index} or {id} in the address"

    public let text: String
    public let address: [Piece]
    public let arguments: [Argument]

    /// Nil for what is none.
    public init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let first = words.first, let address = Self.address(first), words.count <= 16, text.utf8.count <= 300 else { return nil }
        let arguments = words.dropFirst().map(Self.argument)
        guard arguments.allSatisfy({ $0 != nil }) else { return nil }
        self.text = text
        self.address = address
        self.arguments = arguments.compactMap { $0 }
    }

    /// Printable ASCII without what OSC gives a meaning in patterns.
    private static func isPlain(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !text.contains { "#*,?[]{}".contains($0) }
    }

    private static func address(_ text: Substring) -> [Piece]? {
        guard text.hasPrefix("/") else { return nil }
        var pieces: [Piece] = []
        var rest = text
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}"), isPlain(rest[..<open]),
                let value = Value(rawValue: String(rest[rest.index(after: open)..<close])), value.isWhole
            else { return nil }
            pieces += [.text(String(rest[..<open])), .value(value)]
            rest = rest[rest.index(after: close)...]
        }
        guard isPlain(rest) else { return nil }
        return pieces + [.text(String(rest))]
    }

    private static func argument(_ text: Substring) -> Argument? {
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return Float(text).flatMap { $0.isFinite ? .number($0) : nil } }
        let name = text.dropFirst().dropLast()
        let isNegated = name.hasPrefix("-")
        return Value(rawValue: String(isNegated ? name.dropFirst() : name)).map { .value($0, isNegated: isNegated) }
    }
}
