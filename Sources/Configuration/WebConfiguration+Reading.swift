public import Options

extension WebConfiguration {
    /// - Parameters:
    ///   - file: the configuration file, of which `[web]` and `[log]` are read; nil: defaults.
    ///   - options: of the command line, by key; nil where one is not given. They take precedence.
    /// - Throws: every fault of the file and the options at once.
    public static func read(_ file: String?, _ options: [String: String?]) throws(ConfigurationError) -> WebConfiguration {
        var draft = WebDraft()
        if let file { SharedFile.read(file, sections: WebKey.sections, into: &draft) }
        draft.apply(options)
        return try draft.finished()
    }

    private static let heading = """
        # Configuration of `bearing web`: every key with its default, as a comment; remove the `#` to change one. The sections may
        # stand in the daemon's file too (bearing.toml). Options of the command line take precedence. Relative paths start from the
        # folder of the file. `bearing web --print-config` writes this file with the values in force.
        """

    /// A TOML file that explains every key. Keys with their default value are comments.
    public var toml: String {
        OptionDocument.toml(
            heading: Self.heading, sections: WebKey.sections, of: self, standard: WebConfiguration(), style: .changesOnly)
    }
}
