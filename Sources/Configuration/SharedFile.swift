public import Options

/// A configuration file shared by the daemon and the processes beside it: each reads its own sections and ignores the others.
public enum SharedFile {
    /// Sections of processes beside the daemon.
    static let processes = ["web", "odas", "mqtt", "osc"]

    /// All sections of such a file except some.
    static func sections(without own: [String]) -> [String] {
        (RunKey.sections.map(\.name) + processes).filter { !own.contains($0) }
    }

    /// Reads the sections of one process; faults are added to the draft.
    public static func read<Draft: OptionDraft>(_ path: String, sections: [OptionSection<Draft>], into draft: inout Draft) {
        do throws(ConfigurationError) {
            read(try OptionFile.read(path), sections: sections, folder: OptionFile.folder(of: path), into: &draft)
        } catch {
            draft.faults += error.faults
        }
    }

    static func read<Draft: OptionDraft>(
        _ table: OptionTable, sections: [OptionSection<Draft>], folder: String, into draft: inout Draft
    ) {
        draft.read(table, sections: sections, folder: folder, others: Self.sections(without: sections.map(\.name)))
    }
}
