import Options

extension TrainingConfiguration {
    private static let heading = """
        # Configuration of `bearing train`: all settings of a training. Options of the command line take precedence. All faults
        # are reported at once, before the training starts. Relative paths start from the folder of this file.
        # `bearing train --print-config` prints it with the effective values; a run keeps them as config.toml in its folder.
        """

    /// A TOML file that explains every key, with the default beside every value that differs from it.
    public var toml: String {
        OptionDocument.toml(
            heading: Self.heading, sections: TrainingKey.sections, of: self, standard: TrainingConfiguration(), style: .everyValue)
    }
}
