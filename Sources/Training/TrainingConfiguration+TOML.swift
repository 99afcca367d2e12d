import Options

extension TrainingConfiguration {
    private static let heading = """
        # Configuration of `bearing train`: every choice of a training. Options of the command line beat this file. What is
        # wrong with it is told all at once, before anything starts. Relative paths are relative to the folder of this file.
        # `bearing train --print-config` writes it with the values in force; a run keeps them as config.toml in its folder.
        """

    /// As a TOML file with every key explained, and its default beside every value that is another one.
    public var toml: String {
        let standard = TrainingConfiguration()
        var lines = [Self.heading]
        for (name, keys) in TrainingKey.sections {
            lines.append("\n[\(name)]")
            for (index, key) in keys.enumerated() {
                if index > 0 { lines.append("") }
                lines += key.explanation.split(separator: "\n").map { "# \($0)" }
                let example = key.exampleIsDefault ? key.example : nil
                lines.append(line(key, standard: key.value(standard) ?? example))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ key: TrainingKey, standard: OptionValue?) -> String {
        guard let value = key.value(self) else {
            // Nothing is set, or it would not count.
            return "# \(key.name) = \((key.example ?? .text("")).toml)  # \(key.domain)"
        }
        let change = value == standard ? "" : "; default: \(standard?.toml ?? "none")"
        return "\(key.name) = \(value.toml)  # \(key.domain)\(change)"
    }
}
