import JSON

/// A line on its way to browsers.
struct FeedMessage: Sendable {
    let type: String
    /// One JSON object in UTF-8.
    let json: [UInt8]

    init(type: String, json: [UInt8]) {
        self.type = type
        self.json = json
    }

    init(type: String, text: String) { self.init(type: type, json: Array(text.utf8)) }

    /// Whether there is what the server shows: the only type of line beside those of the feed.
    /// - Parameter reason: why not; nil where it is there.
    static func connection(_ reason: String?) -> FeedMessage {
        let text = JSONWriter.text { json in
            json.field("type", "connection")
            json.field("connected", reason == nil)
            json.field("reason", reason)
        }
        return FeedMessage(type: "connection", text: text)
    }
}
