import Options

extension TrainingConfiguration {
    private static let heading = """
        # Configuration of `bearing train`: every choice of a training. Options of the command line take precedence. All errors
        # in it are reported at once, before anything starts. Relative paths are relative to the folder of this file.
        # `bearing train --print-config` writes it with the values in force; a run keeps them as config.toml in its folder.
        """

    /// As a TOML file with every key explained, and its default beside every value that is another one.
    public var toml: String {
        OptionDocument.toml(
            heading: Self.heading, sections: TrainingKey.sections, of: self, standard: TrainingConfiguration(), style: .everyValue)
    }
}
