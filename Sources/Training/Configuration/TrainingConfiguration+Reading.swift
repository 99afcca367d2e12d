public import Options

extension TrainingConfiguration {
    /// Reads a file, lays the options of the command line over it and validates the whole.
    ///
    /// Relative paths in the file are relative to its folder, those of options to the working directory.
    /// - Parameter file: nil: the defaults.
    /// - Throws: every fault of both at once.
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
        // The working directory is what a path without a folder starts from.
        tables.append((OptionTable(commandLine: options), ""))
        try self.init(tables, faults: faults)
    }

    /// Validates the text of a file, which `file` names in faults.
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
