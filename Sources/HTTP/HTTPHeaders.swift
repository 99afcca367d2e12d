/// Header fields in order; names are compared without case.
package struct HTTPHeaders: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var fields: [(name: String, value: String)] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The value of a field, or those of all of this name, separated by commas (RFC 9110, section 5.3). Setting replaces all of them.
    package subscript(name: String) -> String? {
        get {
            let key = name.lowercased()
            let values = fields.filter { $0.name.lowercased() == key }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }
        set {
            let key = name.lowercased()
            fields.removeAll { $0.name.lowercased() == key }
            if let newValue { fields.append((name, newValue)) }
        }
    }

    mutating func append(_ name: String, _ value: String) { fields.append((name, value)) }

    func count(of name: String) -> Int { fields.count { $0.name.lowercased() == name.lowercased() } }

    /// Whether a field that is a list has this member, without case.
    package func lists(_ member: String, in name: String) -> Bool {
        (self[name] ?? "").split(separator: ",").contains { $0.trimmed.lowercased() == member }
    }
}

extension StringProtocol {
    /// Without spaces and tabs at both ends.
    package var trimmed: String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = drop(while: isBlank)
        return String(start.prefix(upTo: start.lastIndex { !isBlank($0) }.map { start.index(after: $0) } ?? start.startIndex))
    }
}
