/// The contents of a server.
package enum WebContent: Sendable {
    case live(LiveFeed)
    case replay(Replay)

    /// Streams to browsers.
    var hub: StreamHub? {
        if case .live(let feed) = self { feed.hub } else { nil }
    }
}
