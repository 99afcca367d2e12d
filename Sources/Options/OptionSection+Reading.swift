extension OptionDraft {
    /// Reads all keys of a table.
    ///
    /// - Parameters:
    ///   - folder: start of relative paths; if it is empty, they are kept.
    ///   - others: sections of the same file that other processes read.
    public mutating func read(_ table: OptionTable, sections: [OptionSection<Self>], folder: String, others: [String] = []) {
        var root = table
        root.ignore(others)
        for section in sections {
            if let elements = section.elements {
                for element in root.sections(section.name, &faults) {
                    read(element, section, folder)
                    elements.append(&self)
                }
            } else if let found = root.section(section.name, &faults) {
                read(found, section, folder)
            }
        }
        faults += root.unknown()
    }

    private mutating func read(_ table: OptionTable, _ section: OptionSection<Self>, _ folder: String) {
        var table = table
        for key in section.keys {
            if table.has(key.name) {
                origins["\(section.name).\(key.name)"] = OptionOrigin(file: table.file, place: table.place(key.name))
            }
            key.read(&table, folder, &self)
        }
        section.check?(table, &self)
        faults += table.unknown()
    }
}
