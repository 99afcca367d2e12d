/// A configuration while tables are read into it, one over the other, with the faults found so far.
public protocol OptionDraft {
    associatedtype Configuration

    var configuration: Configuration { get set }
    var faults: [ConfigurationFault] { get set }
    /// Which table gave a key its value, by `section.key`: for faults between keys.
    var origins: [String: OptionOrigin] { get set }
}

/// Where a key got its value.
public struct OptionOrigin: Sendable, Hashable {
    public let file: String
    public let place: String
}

extension OptionDraft {
    /// Reads all keys of a table.
    ///
    /// - Parameter folder: what relative paths start from; empty: they stay as they are.
    public mutating func read(_ table: OptionTable, sections: [OptionSection<Self>], folder: String) {
        var root = table
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

    /// Adds a fault between keys, at the first of them that a table gave.
    public mutating func addFault(_ keys: [String], expected: String, found: String, advice: String = "") {
        let origin = keys.compactMap({ origins[$0] }).first ?? OptionOrigin(file: "defaults", place: keys[0])
        faults.append(
            ConfigurationFault(file: origin.file, place: origin.place, expected: expected, found: found, advice: advice))
    }
}
