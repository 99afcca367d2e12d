/// A table during reading; how it was created decides what may be added to it.
final class TOMLTable {
    enum Kind {
        /// Created by `[a]` or `[[a]]`.
        case header
        /// Created by the `a` of `[a.b]`; its own header may follow.
        case implied
        /// Created by the `a` of `a.b = 1`.
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

    /// Converts to options; inline tables and arrays are already values.
    var options: [String: OptionValue] {
        entries.mapValues { entry in
            switch entry {
            case .value(let value): value
            case .table(let table): .table(table.options)
            case .tables(let tables): .array(tables.map { .table($0.options) })
            }
        }
    }

    /// The table of that name, created if missing; of an array of tables the last. nil for a value.
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

    /// The table of a header; nil if that name is not a table or already has a header.
    func open(_ name: String) -> TOMLTable? {
        switch entries[name] {
        case nil: return table(name, made: .header)
        case .table(let table) where table.kind == .implied:
            table.kind = .header
            return table
        default: return nil
        }
    }

    /// A new table at the end of an array of tables; nil if that name is something else.
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
