import Options

extension TrainingDraft {
    /// Reads all keys of a table.
    /// - Parameter folder: what relative paths start from; empty: they stay as they are.
    mutating func read(_ table: OptionTable, folder: String) {
        read(table, sections: TrainingKey.sections, folder: folder)
    }
}
