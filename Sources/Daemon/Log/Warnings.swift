/// Present warnings, and their changes for the log.
struct Warnings {
    struct News: Hashable {
        var text: String
        var isOver: Bool
    }

    /// Maximum of stored changes, for a state that changes all the time.
    private static let mostNews = 64

    private(set) var present: [String] = []
    private var news: [News] = []

    mutating func tell(_ warnings: [String]) {
        for text in warnings where !present.contains(text) { news.append(News(text: text, isOver: false)) }
        for text in present where !warnings.contains(text) { news.append(News(text: text, isOver: true)) }
        news = news.suffix(Self.mostNews)
        present = warnings
    }

    mutating func takeNews() -> [News] {
        defer { news = [] }
        return news
    }
}
