import HTTP

/// The body of /events: Server-Sent Events (HTML Living Standard, section 9.2), one for each line of the feed.
enum EventStream {
    /// - Returns: nil if the hub's limit is reached.
    static func body(_ hub: StreamHub, channel: String = "", opening: () -> [FeedMessage]) -> HTTPResponse.Body? {
        let (pieces, output) = AsyncStream.makeStream(of: [UInt8].self, bufferingPolicy: .bufferingNewest(StreamHub.queuedLines))
        let number = hub.add(channel: channel, opening: opening) { item in
            switch item {
            case .message(let message): output.yield(event(message))
            case .beat: output.yield(Array(":\n\n".utf8))
            case .end: output.finish()
            }
        }
        guard let number else { return nil }
        output.onTermination = { _ in hub.remove(number) }
        // An iterator of a stream may be made for each piece: the queue is the stream's.
        return .pieces(count: nil) { await pieces.first { _ in true } }
    }

    private static func event(_ message: FeedMessage) -> [UInt8] {
        Array("event: \(message.type)\ndata: ".utf8) + message.json + Array("\n\n".utf8)
    }
}
