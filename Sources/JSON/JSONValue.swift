/// Any value of JSON, for objects whose members are not known beforehand.
package enum JSONValue: Sendable, Hashable {
    case null
    case flag(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    package init(_ value: Int?) { self = value.map { .integer($0) } ?? .null }

    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }
}

extension JSONValue: Decodable {
    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }
}

extension JSONValue: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(Dictionary(elements) { _, last in last }) }
}

extension JSONValue {
    /// The value as UTF-8, the members of objects in the order of their names.
    package var bytes: [UInt8] {
        var json = JSONWriter()
        json.append(self)
        return json.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func append(_ value: JSONValue) {
        switch value {
        case .null: appendNull()
        case .flag(let flag): append(text: flag.description)
        case .integer(let integer): append(integer)
        case .number(let number): number.isFinite ? append(text: number.description) : appendNull()
        case .text(let text): append(quoted: text)
        case .list(let values):
            open("[")
            for value in values {
                element()
                append(value)
            }
            close("]")
        case .object(let members):
            open("{")
            for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                name(key)
                append(value)
            }
            close("}")
        }
    }

    private mutating func append(text: String) {
        for byte in text.utf8 { append(byte: byte) }
    }
}
