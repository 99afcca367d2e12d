/// One key of a configuration: how it is read, written and explained.
///
/// The table of all keys is the only place that defines a key: its name, type, limits, default and meaning.
public struct OptionKey<Draft: OptionDraft> {
    public typealias Configuration = Draft.Configuration

    public let name: String
    /// Comment above the key in the file.
    public let explanation: String
    /// The allowed values.
    public let domain: String
    /// Written as a comment if there is no value: an example, or the default of a key without effect.
    public let example: OptionValue?
    /// Whether the example is the default.
    public let exampleIsDefault: Bool
    /// The value to write; nil if it is not set or has no effect.
    public let value: (Configuration) -> OptionValue?
    /// Reads the key from a section into a draft. Relative paths start from the given folder; if it is empty, they are kept.
    public let read: (inout OptionTable, String, inout Draft) -> Void

    public init(
        name: String, explanation: String, domain: String, example: OptionValue? = nil, exampleIsDefault: Bool = false,
        value: @escaping (Configuration) -> OptionValue?,
        read: @escaping (inout OptionTable, String, inout Draft) -> Void
    ) {
        self.name = name
        self.explanation = explanation
        self.domain = domain
        self.example = example
        self.exampleIsDefault = exampleIsDefault
        self.value = value
        self.read = read
    }

    public static func integer(
        _ name: String, _ range: ClosedRange<Int>, _ path: WritableKeyPath<Configuration, Int>,
        _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "\(range.lowerBound) to \(range.upperBound)",
            value: { .integer($0[keyPath: path]) },
            read: { section, _, draft in
                if let value = section.integer(name, in: range, &draft.faults) {
                    draft.configuration[keyPath: path] = value
                }
            })
    }

    public static func number<Number: BinaryFloatingPoint & Sendable>(
        _ name: String, _ range: ClosedRange<Double>, _ path: WritableKeyPath<Configuration, Number>,
        _ explanation: String
    ) -> OptionKey {
        number(name, range, { $0[keyPath: path] }, { $0.configuration[keyPath: path] = $1 }, explanation)
    }

    public static func number<Number: BinaryFloatingPoint & Sendable>(
        _ name: String, _ range: ClosedRange<Double>, _ get: @escaping (Configuration) -> Number,
        _ set: @escaping (inout Draft, Number) -> Void, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "\(short(range.lowerBound)) to \(short(range.upperBound))",
            // The shortest decimal of a Float, not of the Double nearest to it.
            value: { .number(Double("\(get($0))") ?? Double(get($0))) },
            read: { section, _, draft in
                if let value = section.number(name, in: range, &draft.faults) { set(&draft, Number(value)) }
            })
    }

    public static func flag(
        _ name: String, _ path: WritableKeyPath<Configuration, Bool>, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "true or false", value: { .flag($0[keyPath: path]) },
            read: { section, _, draft in
                if let value = section.flag(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    public static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ path: WritableKeyPath<Configuration, Value>, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: names(of: Value.self),
            value: { .text($0[keyPath: path].rawValue) },
            read: { section, _, draft in
                if let value: Value = section.choice(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    public static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ path: WritableKeyPath<Configuration, Value?>, example: Value, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: names(of: Value.self), example: .text(example.rawValue),
            value: { $0[keyPath: path].map { .text($0.rawValue) } },
            read: { section, _, draft in
                if let value: Value = section.choice(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    public static func text(
        _ name: String, _ path: WritableKeyPath<Configuration, String?>, example: String, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "text", example: .text(example),
            value: { $0[keyPath: path].map { .text($0) } },
            read: { section, _, draft in
                if let value = section.text(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    /// A file or folder; written as an absolute path, since the written file lies elsewhere.
    public static func path(
        _ name: String, _ path: WritableKeyPath<Configuration, String?>, example: String, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "path", example: .text(example),
            value: { $0[keyPath: path].map { .text(OptionFile.absolute($0, in: ".")) } },
            read: { section, folder, draft in
                guard let value = section.text(name, &draft.faults) else { return }
                draft.configuration[keyPath: path] = folder.isEmpty ? value : OptionFile.absolute(value, in: folder)
            })
    }

    /// Several files or folders.
    public static func paths(
        _ name: String, _ path: WritableKeyPath<Configuration, [String]>, _ explanation: String
    ) -> OptionKey {
        OptionKey(
            name: name, explanation: explanation, domain: "paths",
            value: { .array($0[keyPath: path].map { .text(OptionFile.absolute($0, in: ".")) }) },
            read: { section, folder, draft in
                guard let values = section.texts(name, &draft.faults) else { return }
                draft.configuration[keyPath: path] =
                    folder.isEmpty ? values : values.map { OptionFile.absolute($0, in: folder) }
            })
    }

    /// Without decimals for an integer.
    public static func short(_ number: Double) -> String {
        number == number.rounded() ? "\(Int(number))" : "\(number)"
    }

    public static func names<Value: RawRepresentable<String> & CaseIterable>(of type: Value.Type) -> String {
        Value.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
