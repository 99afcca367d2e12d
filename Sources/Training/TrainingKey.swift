import Options

/// One key of a training's configuration: how it is read, written and explained. `TrainingKey.sections` lists all.
struct TrainingKey {
    let name: String
    /// What stands above it in the file.
    let explanation: String
    /// What values it takes.
    let domain: String
    /// Stands in the file, as a comment, where there is no value: an example, or the default of a key that does not count.
    var example: OptionValue?
    /// Whether the example is a default.
    var exampleIsDefault = false
    let value: (TrainingConfiguration) -> OptionValue?
    /// Takes the key over from a section. The text is the folder that relative paths start from.
    let read: (inout OptionTable, String, inout TrainingDraft) -> Void

    static func integer(
        _ name: String, _ range: ClosedRange<Int>, _ path: WritableKeyPath<TrainingConfiguration, Int>,
        _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: "\(range.lowerBound) to \(range.upperBound)",
            value: { .integer($0[keyPath: path]) },
            read: { section, _, draft in
                if let value = section.integer(name, in: range, &draft.faults) {
                    draft.configuration[keyPath: path] = value
                }
            })
    }

    static func number<Number: BinaryFloatingPoint & Sendable>(
        _ name: String, _ range: ClosedRange<Double>, _ path: WritableKeyPath<TrainingConfiguration, Number>,
        _ explanation: String
    ) -> TrainingKey {
        number(name, range, { $0[keyPath: path] }, { $0.configuration[keyPath: path] = $1 }, explanation)
    }

    static func number<Number: BinaryFloatingPoint & Sendable>(
        _ name: String, _ range: ClosedRange<Double>, _ get: @escaping (TrainingConfiguration) -> Number,
        _ set: @escaping (inout TrainingDraft, Number) -> Void, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: "\(short(range.lowerBound)) to \(short(range.upperBound))",
            // The shortest decimal of a Float, not that of the Double beside it.
            value: { .number(Double("\(get($0))") ?? Double(get($0))) },
            read: { section, _, draft in
                if let value = section.number(name, in: range, &draft.faults) { set(&draft, Number(value)) }
            })
    }

    static func flag(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, Bool>, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: "true or false", value: { .flag($0[keyPath: path]) },
            read: { section, _, draft in
                if let value = section.flag(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, Value>, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: names(of: Value.self),
            value: { .text($0[keyPath: path].rawValue) },
            read: { section, _, draft in
                if let value: Value = section.choice(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, Value?>, example: Value, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: names(of: Value.self), example: .text(example.rawValue),
            value: { $0[keyPath: path].map { .text($0.rawValue) } },
            read: { section, _, draft in
                if let value: Value = section.choice(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    static func text(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, String?>, example: String, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: "text", example: .text(example),
            value: { $0[keyPath: path].map { .text($0) } },
            read: { section, _, draft in
                if let value = section.text(name, &draft.faults) { draft.configuration[keyPath: path] = value }
            })
    }

    /// A file or folder; written as an absolute path, since the file that it is written into lies elsewhere.
    static func path(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, String?>, example: String, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: "path", example: .text(example),
            value: { $0[keyPath: path].map { .text(OptionFile.absolute($0, in: ".")) } },
            read: { section, folder, draft in
                guard let value = section.text(name, &draft.faults) else { return }
                draft.configuration[keyPath: path] = folder.isEmpty ? value : OptionFile.absolute(value, in: folder)
            })
    }

    /// Several of them.
    static func paths(
        _ name: String, _ path: WritableKeyPath<TrainingConfiguration, [String]>, _ explanation: String
    ) -> TrainingKey {
        TrainingKey(
            name: name, explanation: explanation, domain: "paths",
            value: { .array($0[keyPath: path].map { .text(OptionFile.absolute($0, in: ".")) }) },
            read: { section, folder, draft in
                guard let values = section.texts(name, &draft.faults) else { return }
                draft.configuration[keyPath: path] =
                    folder.isEmpty ? values : values.map { OptionFile.absolute($0, in: folder) }
            })
    }

    /// Without the decimals of a whole number.
    static func short(_ number: Double) -> String {
        number == number.rounded() ? "\(Int(number))" : "\(number)"
    }

    static func names<Value: RawRepresentable<String> & CaseIterable>(of type: Value.Type) -> String {
        Value.allCases.map(\.rawValue).joined(separator: ", ")
    }
}
