import Options

extension TrainingDraft {
    /// Reads all keys of a table.
    /// - Parameter folder: start of relative paths; if it is empty, they are kept.
    mutating func read(_ table: OptionTable, folder: String) {
        read(table, sections: TrainingKey.sections, folder: folder)
    }
}
