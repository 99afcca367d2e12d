public import Options

extension TrainingConfiguration {
    /// Reads a file, applies the command-line options to it and validates the result.
    ///
    /// Relative paths in the file start from its folder, those of options from the working directory.
    /// - Parameter file: nil: the defaults.
    /// - Throws: all faults of both at once.
    public init(file: String?, options: [CommandLineOption]) throws(ConfigurationError) {
        var tables: [(OptionTable, folder: String)] = []
        var faults: [ConfigurationFault] = []
        if let file {
            do {
                tables.append((try OptionFile.read(file), OptionFile.folder(of: file)))
            } catch {
                faults = error.faults
            }
        }
        // Relative paths of options start from the working directory.
        tables.append((OptionTable(commandLine: options), ""))
        try self.init(tables, faults: faults)
    }

    /// Parses and validates the text of a file; `file` is its name in faults.
    init(text: String, file: String, folder: String) throws(ConfigurationError) {
        try self.init([(try OptionFile.parse(text, file: file), folder)], faults: [])
    }

    private init(_ tables: [(OptionTable, folder: String)], faults: [ConfigurationFault]) throws(ConfigurationError) {
        var draft = TrainingDraft()
        draft.faults = faults
        for (table, folder) in tables { draft.read(table, folder: folder) }
        self = try draft.finished()
    }
}
