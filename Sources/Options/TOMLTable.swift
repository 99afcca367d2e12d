/// A table while it is read: who may still add to it depends on how it came about.
final class TOMLTable {
    enum Kind {
        /// By `[a]` or `[[a]]`.
        case header
        /// By the `a` of `[a.b]`; its own header may still come.
        case implied
        /// By the `a` of `a.b = 1`.
        case dotted
    }

    private enum Entry {
        case value(OptionValue)
        case table(TOMLTable)
        case tables([TOMLTable])
    }

    private(set) var kind: Kind
    private var entries: [String: Entry] = [:]

    init(_ kind: Kind) { self.kind = kind }

    /// As options: inline tables and arrays are values already.
    var options: [String: OptionValue] {
        entries.mapValues { entry in
            switch entry {
            case .value(let value): value
            case .table(let table): .table(table.options)
            case .tables(let tables): .array(tables.map { .table($0.options) })
            }
        }
    }

    /// The table of that name, made where there is none; of an array of tables the last. Nil for a value.
    func table(_ name: String, made kind: Kind) -> TOMLTable? {
        switch entries[name] {
        case nil:
            let table = TOMLTable(kind)
            entries[name] = .table(table)
            return table
        case .table(let table): return table
        case .tables(let tables): return tables.last
        case .value: return nil
        }
    }

    /// The table of a header; nil where there is something of that name that is no table or has had its header.
    func open(_ name: String) -> TOMLTable? {
        switch entries[name] {
        case nil: return table(name, made: .header)
        case .table(let table) where table.kind == .implied:
            table.kind = .header
            return table
        default: return nil
        }
    }

    /// A new table at the end of an array of tables; nil where there is something else of that name.
    func append(_ name: String) -> TOMLTable? {
        var tables: [TOMLTable] = []
        switch entries[name] {
        case nil: break
        case .tables(let before): tables = before
        default: return nil
        }
        let table = TOMLTable(.header)
        entries[name] = .tables(tables + [table])
        return table
    }

    /// - Returns: whether the name was free.
    func set(_ name: String, _ value: OptionValue) -> Bool {
        guard entries[name] == nil else { return false }
        entries[name] = .value(value)
        return true
    }
}
