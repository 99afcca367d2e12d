import Files
import Glibc
public import Options

/// The configuration file: TOML, strict. Every fault is found in one pass.
public enum ConfigurationFile {
    /// Reads and validates a file.
    ///
    /// Relative paths in it are relative to its folder.
    /// - Throws: all faults: a missing file, a syntax error with its line, wrong types, values out of range, unknown keys,
    ///   unreadable files named by keys.
    public static func load(_ path: String) throws(ConfigurationError) -> BearingConfiguration {
        var draft = draft(try OptionFile.read(path), folder: OptionFile.folder(of: path))
        draft.faults += draft.files.compactMap(fault)
        var configuration = try draft.finished()
        configuration.file = path
        return configuration
    }

    /// Validates the text of a file.
    /// - Parameters: `file` is its name in faults; relative paths start from `folder`.
    static func parse(_ text: String, file: String, folder: String) throws(ConfigurationError) -> BearingConfiguration {
        try draft(OptionFile.parse(text, file: file), folder: folder).finished()
    }

    private static func draft(_ table: OptionTable, folder: String) -> RunDraft {
        var draft = RunDraft()
        SharedFile.read(table, sections: RunKey.sections, folder: folder, into: &draft)
        return draft
    }

    /// The fault of a file named by a key that cannot be read; nil if it can.
    private static func fault(_ file: RunDraft.NamedFile) -> ConfigurationFault? {
        problem(file.path).map {
            ConfigurationFault(
                file: file.origin.file, place: file.origin.place, expected: file.kind, found: "\($0) at \(file.path)",
                advice: "relative paths start from the folder of the configuration file")
        }
    }

    /// Why a file cannot be read; nil if it can.
    private static func problem(_ path: String) -> String? {
        var facts = stat()
        guard unsafe stat(path.systemPath, &facts) == 0 else {
            return errno == ENOENT || errno == ENOTDIR ? "nothing" : unsafe String(cString: strerror(errno))
        }
        if let kind = RegularFile.otherKind(facts.st_mode) { return kind }
        return unsafe access(path.systemPath, R_OK) == 0 ? nil : "a file without read permission"
    }
}
