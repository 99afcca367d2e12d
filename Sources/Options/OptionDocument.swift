/// Writes a configuration as a TOML file that explains every key, from the same table that reads it.
public enum OptionDocument {
    /// The keys that are comments in the file.
    public enum Style {
        /// Keys without a value.
        case everyValue
        /// Also keys with their default, for a file that is edited and follows later defaults.
        case changesOnly
    }

    /// - Parameters:
    ///   - heading: comment lines at the top.
    ///   - standard: the configuration with every default.
    public static func toml<Draft>(
        heading: String, sections: [OptionSection<Draft>], of configuration: Draft.Configuration,
        standard: Draft.Configuration, style: Style
    ) -> String {
        var lines = [heading]
        for section in sections {
            guard let elements = section.elements else {
                lines.append("\n[\(section.name)]")
                lines += comment(section.explanation)
                lines += keys(section, separate: section.explanation.isEmpty) { key in
                    (key.value(configuration), key.value(standard) ?? (key.exampleIsDefault ? key.example : nil))
                } style: {
                    style
                }
                continue
            }
            lines.append("")
            lines += comment(section.explanation)
            let values = elements.values(configuration)
            if values.isEmpty {
                lines.append("# [[\(section.name)]]")
                lines += section.keys.map { line($0, value: nil, standard: nil, style) }
            }
            for element in values {
                lines.append("[[\(section.name)]]")
                lines += section.keys.map { line($0, value: element[$0.name], standard: nil, style) }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func keys<Draft>(
        _ section: OptionSection<Draft>, separate: Bool,
        values: (OptionKey<Draft>) -> (value: OptionValue?, standard: OptionValue?), style: () -> Style
    ) -> [String] {
        var lines: [String] = []
        for (index, key) in section.keys.enumerated() {
            if index > 0 || !separate { lines.append("") }
            lines += comment(key.explanation)
            let (value, standard) = values(key)
            lines.append(line(key, value: value, standard: standard, style()))
        }
        return lines
    }

    private static func comment(_ text: String) -> [String] { text.split(separator: "\n").map { "# \($0)" } }

    private static func line<Draft>(
        _ key: OptionKey<Draft>, value: OptionValue?, standard: OptionValue?, _ style: Style
    ) -> String {
        guard let value else { return "# \(key.name) = \((key.example ?? .text("")).toml)  # \(key.domain)" }
        let isDefault = value == standard
        let change = isDefault || standard == nil && style == .changesOnly ? "" : "; default: \(standard?.toml ?? "none")"
        return "\(isDefault && style == .changesOnly ? "# " : "")\(key.name) = \(value.toml)  # \(key.domain)\(change)"
    }
}
