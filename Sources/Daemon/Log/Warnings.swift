/// Present warnings, and their changes for the log.
struct Warnings {
    struct Change: Hashable {
        var text: String
        var isOver: Bool
    }

    /// Maximum of stored changes, for a state that changes all the time.
    private static let mostChanges = 64

    private(set) var present: [String] = []
    private var changes: [Change] = []

    mutating func update(_ warnings: [String]) {
        for text in warnings where !present.contains(text) { changes.append(Change(text: text, isOver: false)) }
        for text in present where !warnings.contains(text) { changes.append(Change(text: text, isOver: true)) }
        changes = changes.suffix(Self.mostChanges)
        present = warnings
    }

    mutating func takeChanges() -> [Change] {
        defer { changes = [] }
        return changes
    }
}
